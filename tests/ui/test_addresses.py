"""Where phones find the server: as told, as found, or a sentence what to do; and the code that they read."""

from __future__ import annotations

import base64
import io
from urllib.parse import parse_qsl, urlsplit

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from settings.meeting import Observation
from ui import addresses


class Config:
    """As much of the config as is asked for."""

    def __init__(self, address: str = "") -> None:
        self.observation = Observation(address=address)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch):
    """Streamlit's options, as the machine was started."""
    options = {
        "server.address": "0.0.0.0",
        "server.port": 8501,
        "server.baseUrlPath": "",
        "server.sslCertFile": None,
    }
    monkeypatch.setattr(addresses.streamlit_config, "get_option", options.__getitem__)
    monkeypatch.setattr(addresses.cached, "config", Config)
    monkeypatch.setattr(addresses, "network_address", lambda: "192.168.1.20")
    return options


def test_the_countys_own_word_wins(server, monkeypatch: pytest.MonkeyPatch):
    server["server.address"] = "localhost"
    monkeypatch.setattr(addresses.cached, "config", lambda: Config("https://guanmo.example.gov.cn/x/"))
    assert addresses.reach().base == "https://guanmo.example.gov.cn/x"


def test_found_out_with_port_folder_and_scheme(server):
    assert addresses.reach().base == "http://192.168.1.20:8501"
    server |= {"server.baseUrlPath": "/guanmo/", "server.port": 80, "server.sslCertFile": "cert.pem"}
    assert addresses.reach().base == "https://192.168.1.20:80/guanmo"


def test_an_address_that_the_server_was_given(server):
    server["server.address"] = "10.1.2.3"
    assert addresses.reach().base == "http://10.1.2.3:8501"
    server["server.address"] = "fd00::7"
    assert addresses.reach().base == "http://[fd00::7]:8501"


@pytest.mark.parametrize("listens", ["localhost", "127.0.0.1", "::1", "LOCALHOST"])
def test_only_this_machine_says_how_to_open_it(server, listens):
    server["server.address"] = listens
    found = addresses.reach()
    assert found.base is None
    assert "make run HOST=0.0.0.0" in found.problem
    assert "同一网络里的人都能看到" in found.problem
    assert addresses.phone_address("observation", {}) is None


def test_no_network_says_what_to_write(server, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(addresses, "network_address", lambda: None)
    found = addresses.reach()
    assert found.base is None
    assert "[observation]" in found.problem


class Socket:
    """A machine on one network, without a way out of it."""

    asked: list[str] = []  # noqa: RUF012

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def connect(self, target):
        self.asked.append(target[0])
        if not target[0].startswith("192.168.137."):
            raise OSError("Network is unreachable")

    def getsockname(self):
        return ("192.168.137.1", 50000)

    def __getattr__(self, name):
        raise AssertionError(f"{name}: nothing may be sent")


def test_a_laptop_that_is_the_network_itself(monkeypatch: pytest.MonkeyPatch):
    addresses._found.cache_clear()
    monkeypatch.setattr(addresses.socket, "socket", lambda *_: Socket())
    assert addresses.network_address() == "192.168.137.1"
    addresses._found.cache_clear()


def test_no_network_at_all(monkeypatch: pytest.MonkeyPatch):
    addresses._found.cache_clear()
    monkeypatch.setattr(addresses, "_targets", lambda: iter(["192.0.2.1"]))
    monkeypatch.setattr(addresses.socket, "socket", lambda *_: Socket())
    assert addresses.network_address() is None
    addresses._found.cache_clear()


def decoded(address: str) -> str:
    """What a reader sees in the code."""
    kind, _, content = addresses.qr_image(address).partition(",")
    assert kind == "data:image/png;base64"
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(base64.b64decode(content))))
    return found.text


def test_the_code_is_the_address(server):
    choices = {"part": "观摩点", "route": "东线(稻虾、畜禽、加工)", "stop": "3", "snapshot": None}
    address = addresses.phone_address("observation", choices)
    assert address is not None
    assert decoded(address) == address
    assert dict(parse_qsl(urlsplit(address).query)) == {
        "part": "观摩点",
        "route": "东线(稻虾、畜禽、加工)",
        "stop": "3",
    }


@settings(max_examples=25)
@given(st.text(min_size=1, max_size=60).filter(lambda text: text.strip()))
def test_whatever_a_route_is_called(route):
    address = "http://192.168.1.20:8501/observation?" + addresses.urlencode(
        {"route": route}, quote_via=addresses.quote
    )
    assert decoded(address) == address
