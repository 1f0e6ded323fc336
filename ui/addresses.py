"""The address under which a phone in the hall opens a page of this server, and a QR code of it.

In: the county's own word ([observation] address), else what the server listens on and this machine's address on the
network. Out: an address, or the sentence that says what to do. Refuses an address that no phone can reach (localhost),
and to find one out by sending anything: connecting a datagram socket only asks this machine which of its addresses it
would use.
"""

from __future__ import annotations

import io
import ipaddress
import socket
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from time import monotonic
from urllib.parse import quote, urlencode

import segno
from streamlit import config as streamlit_config

from ui import cached

_EVERYWHERE = ("", "0.0.0.0", "::")
_REMEMBERED_S = 30  # a laptop may be carried to another network
_QUIET = 4  # white modules around a code: readers want as many
_PIXELS = 8  # of a module; the page scales the picture

LOCAL_ONLY = (
    "手机现在打不开:服务只对这台电脑开放。请停止后用 make run HOST=0.0.0.0(Windows:run.cmd --host 0.0.0.0)重新启动;"
    "这样同一网络里的人都能看到已发布的数据。"
)
NO_NETWORK = (
    "手机现在打不开:没有找到这台电脑在局域网里的地址。请接上会场的网络,"
    "或在 config.toml 的 [observation] 里写 address,例如 http://192.168.1.20:8501。"
)


@dataclass(frozen=True)
class Reach:
    """Where phones find this server: `base` without a slash at its end; None with the sentence why not."""

    base: str | None
    problem: str = ""


def reach() -> Reach:
    """Where phones find this server now. Raises ConfigProblem."""
    told = cached.config().observation.address
    if told:
        return Reach(told)
    listens = str(streamlit_config.get_option("server.address") or "")
    host = network_address() if listens in _EVERYWHERE else listens
    if host is None:
        return Reach(None, NO_NETWORK)
    if is_local(host):
        return Reach(None, LOCAL_ONLY)
    scheme = "https" if streamlit_config.get_option("server.sslCertFile") else "http"
    folder = str(streamlit_config.get_option("server.baseUrlPath") or "").strip("/")
    port = streamlit_config.get_option("server.port")
    shown = f"[{host}]" if ":" in host else host
    return Reach(f"{scheme}://{shown}:{port}" + (f"/{folder}" if folder else ""))


def phone_address(page: str, choices: Mapping[str, str | None]) -> str | None:
    """The page with these choices as phones open it; None when they cannot."""
    base = reach().base
    if base is None:
        return None
    query = urlencode({name: value for name, value in choices.items() if value}, quote_via=quote)
    return f"{base}/{page}" + (f"?{query}" if query else "")


def qr_image(address: str) -> str:
    """The address as a QR code: a PNG picture in a data: address, for an <img>."""
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawn, kind="png", scale=_PIXELS, border=_QUIET, dark="#000", light="#fff"
    )
    return f"data:image/png;base64,{b64encode(drawn.getvalue()).decode('ascii')}"


def is_local(host: str) -> bool:
    """Whether only this machine itself gets there."""
    try:
        found = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return host.lower() == "localhost" or host.startswith("unix:")
    return found.is_loopback or found.is_link_local or found.is_unspecified


def network_address() -> str | None:
    """The IPv4 address that the network knows this machine by; None when it is on no network."""
    return _found(int(monotonic() // _REMEMBERED_S))


@lru_cache(maxsize=1)
def _found(_: int) -> str | None:
    for target in _targets():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as trial:
            try:
                trial.connect((target, 9))
                own = str(trial.getsockname()[0])
            except OSError:
                continue
        if not is_local(own):
            return own
    return None


def _targets() -> Iterator[str]:
    """Addresses to ask the way to: anywhere outside, else, for a network without a way out, the usual local ones."""
    yield "192.0.2.1"  # set aside for examples: it is nobody's (RFC 5737)
    yield from (f"192.168.{part}.254" for part in range(256))  # home and hotspot routers
    yield from (f"10.{part}.0.254" for part in range(256))
    yield from (f"172.{part}.0.254" for part in range(16, 32))
    yield from ("172.20.10.14", "10.42.0.254")  # a telephone that shares its own connection; NetworkManager
