"""The pages that are compared: how each is served, what it shows when, and how its indicator is switched.

In: the kind of page and the county. Out: a `Kind` (JavaScript that says what the page shows, and the presses that
change it) and a running server. Refuses to let Vizro into the project: it gets an environment of its own.
"""

from __future__ import annotations

import json
import mimetypes
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, Route

import bootstrap
from benchmarks.map.county import INDICATORS, KEPT, ROOT, County

NAMES = [name for name, _, _ in INDICATORS.values()]
APPS = Path(__file__).with_name("apps")

# Every probe answers "what the map shows|what the card shows"; null as long as there is no map.
_OURS = """() => {
  let box = document.querySelector("[data-turn]");
  for (const frame of document.querySelectorAll("iframe"))
    box = box || (frame.contentDocument && frame.contentDocument.querySelector("[data-turn]"));
  if (!box) return null;
  const where = document.querySelector("h1 .gm-where");
  return `${box.dataset.turn}|${where ? where.textContent : ""}`;
}"""
_NAIVE = """() => {
  const frame = [...document.querySelectorAll("iframe")].pop();
  const map = frame && frame.contentWindow.map;
  if (!map || !map._layers) return null;
  const drawn = Object.values(map._layers).filter(layer => layer.feature && layer.getLatLngs);
  if (drawn.length < %d) return null;
  const name = %s.find(each => each in drawn[0].feature.properties);
  const card = document.querySelector(".st-key-card");
  return `${name}|${card ? card.textContent : ""}`;
}"""
_VIZRO = """() => {
  const plot = document.querySelector(".js-plotly-plot");
  if (!plot || !plot.on || !plot._fullLayout || !plot._fullLayout.coloraxis) return null;
  if (document.getElementsByClassName("choroplethlayer").length === 0) return null;
  if (plot.querySelectorAll(".choroplethlayer path").length < %d) return null;
  if (!plot.benchNote) {
    plot.benchNote = () => { plot.benchShows = plot._fullLayout.coloraxis.colorbar.title.text; };
    plot.on("plotly_afterplot", plot.benchNote);
    plot.benchNote();
  }
  return `${plot.benchShows}|`;
}"""
_EMPTY = """() => {
  const text = document.querySelector('[data-testid="stMarkdownContainer"]');
  return text && text.textContent ? `${text.textContent}|` : null;
}"""
_RERUN = """() => {
  const text = document.querySelector('.st-key-shown [data-testid="stMarkdownContainer"]');
  return text && text.textContent ? `${text.textContent}|` : null;
}"""

MAP_CHANGED = "state.split('|')[0] !== before.split('|')[0]"
CARD_CHANGED = "state.split('|')[1] !== before.split('|')[1]"


_NOTHING = {"type": "GeometryCollection", "geometries": []}
EMPTY_WORLD = {
    "type": "Topology",
    "objects": dict.fromkeys(
        ("coastlines", "land", "ocean", "lakes", "rivers", "countries", "subunits"), _NOTHING
    ),
    "arcs": [],
}


@dataclass(frozen=True)
class Kind:
    """A kind of page. `path` is its address on its server; `limit_s` how long one step may take."""

    name: str
    title: str
    probe: str
    path: str = ""
    has_switch: bool = True
    has_map: bool = True
    is_app: bool = False  # our app: the period stands in the address
    asks_outside: bool = False  # loads from content hosts, which `stand_in` answers for
    limit_s: float = 60
    switches: int = 5
    again: int = 5

    def switch(self, page: Page, to: str) -> None:
        """Choose another indicator; the press on its name is the last one."""
        if self.name == "vizro":
            page.locator("label", has_text=re.compile(f"^{to}$")).click()
            return
        page.locator(".st-key-choose_indicator").get_by_role("combobox").click()
        # Our list says "茶园面积(亩)".
        page.get_by_role("option", name=re.compile(f"^{to}")).click()


def kinds(villages: int) -> dict[str, Kind]:
    """Every kind of page at this many villages."""
    known = [
        Kind("empty", "empty Streamlit page", _EMPTY, has_switch=False, has_map=False),
        Kind("rerun", "bare rerun", _RERUN, has_map=False),
        Kind("ours", "Guanmo (streamlit-folium)", _OURS, "map", is_app=True),
        Kind("v2", "Guanmo on components v2", _OURS, "map", is_app=True),
        Kind(
            "naive",
            "naive st_folium",
            _NAIVE % (villages, json.dumps(NAMES)),
            limit_s=120,
            switches=2,
            again=0,
            asks_outside=True,
        ),
        Kind("vizro", "Vizro", _VIZRO % villages, limit_s=120, switches=3, again=0, asks_outside=True),
    ]
    return {kind.name: kind for kind in known}


def stand_in(route: Route) -> bool:
    """Answers the content hosts of other pages: Leaflet and jQuery from static/vendor, nothing for the rest.

    So they are measured as if the internet were there and infinitely fast; background tiles never come. Plotly's
    geo charts stay blank without the world's coastlines, even those that draw only their own polygons: it gets a
    world without any.
    """
    file = Path(urlsplit(route.request.url).path).name
    ours = {
        "leaflet.js": "leaflet-1.9.4/leaflet.js",
        "leaflet.css": "leaflet-1.9.4/leaflet.css",
        "jquery-3.7.1.min.js": "jquery-3.7.1/jquery.min.js",
    }
    if file.endswith(".png"):
        return False
    if file.endswith("_110m.json"):
        route.fulfill(json=EMPTY_WORLD, headers={"Access-Control-Allow-Origin": "*"})
        return True
    found = ROOT / "static" / "vendor" / ours[file] if file in ours else None
    content_type = mimetypes.guess_type(file)[0] or "text/plain"
    route.fulfill(body=found.read_bytes() if found else b"", content_type=content_type)
    return True


# ── servers ──────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Server:
    """A running server: its address and the process that works for it."""

    address: str
    pid: int

    def cpu_s(self) -> float:
        """Seconds of processor time that it has used so far; 0 where /proc is not to be had."""
        try:
            text = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii")
        except OSError:
            return 0.0
        user, system = text.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


class NotInstalled(Exception):
    """Vizro cannot be had here; the message says why."""


@contextmanager
def served(kind: str, county: County, log: Path) -> Iterator[Server]:
    """The page's server on a free port, as anybody would start it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    if kind == "vizro":
        command = [str(vizro_python()), "-m", "benchmarks.map.apps.vizro_app", str(port)]
    else:
        script = {"ours": ROOT / "server.py", "v2": APPS / "element.py"}.get(kind, APPS / f"{kind}.py")
        command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    environment = {
        **os.environ,
        "GUANMO_CONFIG": str(county.config),
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            address = f"http://localhost:{port}"
            _wait_until_up(address + ("/" if kind == "vizro" else "/_stcore/health"), process, log)
            yield Server(address, process.pid)
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_until_up(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5)
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"the server did not start:\n{log.read_text(encoding='utf-8', errors='replace')}")


def vizro_python() -> Path:
    """A Python that has Vizro, outside the project; made on first use."""
    home = KEPT / "vizro"
    python = home / "bin" / "python"
    if (home / "complete").exists():
        return python
    uv = bootstrap.installed_uv()
    install = ["pip", "install", "--python", str(python), "vizro", "geopandas", "pyarrow", "xlsxwriter"]
    for arguments in (["venv", "--clear", "--python", sys.executable, str(home)], install):
        try:
            done = subprocess.run(
                [str(uv), *arguments], capture_output=True, encoding="utf-8", timeout=400, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as problem:
            raise NotInstalled(f"vizro could not be installed: {type(problem).__name__}") from None
        if done.returncode != 0:
            raise NotInstalled("vizro could not be installed: " + done.stderr.strip().splitlines()[-1])
    (home / "complete").touch()
    return python
