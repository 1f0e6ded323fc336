"""Run inside a network namespace that has nothing but a loopback: installs an unpacked bundle, starts it, opens 总览.

In: the bundle's folder and the Python to install with. Out: one line of JSON with what was found; the program's own output
goes to standard error. `tests/test_bundle.py` reads it.
"""

from __future__ import annotations

import fcntl
import json
import signal
import socket
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from streamlit.proto.Element_pb2 import Element

from benchmarks.pages.session import Answer, Session

ADDRESS = "http://localhost:8501"  # free whatever runs outside: the namespace has ports of its own
PATIENCE_S = 480  # a minute when nothing else runs; the other tests share two cores with it
SIOCSIFFLAGS, IFF_UP_RUNNING = 0x8914, 0x41


def raise_loopback() -> None:
    """As `ip link set lo up`, where there may be no `ip`."""
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP_RUNNING))


def said_outside() -> str:
    """What this machine says to somebody who wants to leave it."""
    try:
        with socket.create_connection(("192.0.2.1", 443), timeout=5):
            return "connected"
    except OSError as error:
        return error.strerror or str(error)


def answered(path: str) -> tuple[int, str]:
    """Status and body of a page, over the loopback and no proxy."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(ADDRESS + path, timeout=10) as response:
        return response.status, response.read().decode()


def wait_until_served(program: subprocess.Popen[bytes]) -> None:
    """Return once the page answers; fail at once when the program has ended."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if program.poll() is not None:
            raise SystemExit(f"bootstrap.py ended with {program.returncode}")
        try:
            answered("/_stcore/health")
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    raise SystemExit("the page does not answer")


class Reader(Session):
    """A session that keeps the words on the page."""

    words = ""

    def _look_at(self, element: Element, found: Answer) -> None:
        super()._look_at(element, found)
        self.words += element.markdown.body + element.html.body


def main(folder: Path, python: str) -> None:
    """Install, start, look, stop."""
    interfaces = [name for _, name in socket.if_nameindex()]
    if interfaces != ["lo"]:
        raise SystemExit(f"there is a network here: {interfaces}")
    raise_loopback()
    started = time.monotonic()
    program = subprocess.Popen([python, "bootstrap.py", "run"], cwd=folder, stdout=sys.stderr)
    try:
        wait_until_served(program)
        ready = time.monotonic() - started
        status, _ = answered("/overview")
        reader = Reader(ADDRESS, "overview")
        with reader:
            first, again = reader.go(), reader.go()
        words = reader.words
        outside = said_outside()
    finally:
        program.send_signal(signal.SIGTERM)
        code = program.wait(timeout=60)
    found = {
        "outside": outside,
        "status": status,
        "messages": [first.messages, again.messages],
        "county": "青岚县" in words,
        "seconds": round(ready, 1),
        "stopped": code,
    }
    print(json.dumps(found, ensure_ascii=False))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
