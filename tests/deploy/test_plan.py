"""What `make serve` refuses, what it hands to nginx and to the app, and that nothing outlives it."""

from __future__ import annotations

import http.client
import os
import socket
import ssl
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from streamlit import config as streamlit_config

from commands import serving
from commands.serving import (
    Plan,
    Refused,
    can_listen,
    free_ports,
    nginx_config,
    planned,
    written_nginx_config,
)
from settings import Settings, parse_settings
from tests.conftest import ROOT
from tests.deploy.served import LOGIN, OPEN, is_running, nginx_or_skip, until
from tests.small_county import CONFIG

LOCAL = ""


def settings(access: str, folder: Path) -> Settings:
    read = parse_settings(CONFIG + access)
    return read.model_copy(update={"paths": read.paths.below(folder)})


def plan(folder: Path, access: str, *options: str) -> Plan:
    port = str(free_ports(20)[-1])
    typed = serving.parsed(["--config", str(folder / "config.toml"), "--port", port, *options])
    return planned(typed, settings(access, folder))


# ── what is refused ──────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--replicas", "1"),
        ("--host", "localhost", "--replicas", "2"),
        ("--host", "10.0.0.1", "--replicas", "1"),
    ],
)
def test_mode_local_is_not_served_to_a_network(tmp_path: Path, options: tuple[str, ...]):
    with pytest.raises(Refused, match=r'mode = "open".*mode = "login".*HOST=localhost REPLICAS=1'):
        plan(tmp_path, LOCAL, *options)


def test_mode_local_is_served_to_this_machine_by_one_process(tmp_path: Path):
    found = plan(tmp_path, LOCAL, "--host", "localhost")
    assert found.nginx is None
    assert found.ports == (found.port,)


@pytest.mark.parametrize("access", [OPEN, LOGIN])
def test_a_network_gets_a_process_per_core_behind_nginx(
    tmp_path: Path, access: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(serving, "_cores", lambda: 3)
    monkeypatch.setattr(serving, "found_nginx", lambda: "nginx")
    found = plan(tmp_path, access)
    assert len(set(found.ports)) == 3
    assert found.port not in found.ports
    assert found.host == "0.0.0.0"


def test_without_nginx_it_says_what_to_install_or_to_leave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(serving, "found_nginx", lambda: None)
    with pytest.raises(Refused, match=r"apt install nginx.*GUANMO_NGINX.*REPLICAS=1"):
        plan(tmp_path, OPEN, "--replicas", "2")
    assert plan(tmp_path, OPEN, "--replicas", "1").nginx is None


def test_a_taken_port_is_named(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Refused, match=f"端口 {port} 用不了"):
            plan(tmp_path, OPEN, "--replicas", "1", "--port", str(port))


def test_a_certificate_needs_its_key(tmp_path: Path):
    with pytest.raises(Refused, match="证书和私钥要一起写"):
        plan(tmp_path, OPEN, "--certificate", "a.pem")
    with pytest.raises(Refused, match=r"找不到证书文件 .*b\.pem"):
        plan(tmp_path, OPEN, "--certificate", str(tmp_path / "b.pem"), "--key", str(tmp_path / "b.pem"))


def test_the_command_says_it_in_a_sentence_and_not_in_a_traceback():
    done = subprocess.run(
        [sys.executable, "-m", "commands.serving", "--check"], cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode == 2
    assert '[access] mode = "local"' in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


# ── what the app is started with ─────────────────────────────────────────────────────────────
def test_production_settings_are_streamlit_s_own_names_and_hold():
    options = streamlit_config._config_options_template
    assert [name for name in serving.PRODUCTION if name not in options] == []
    held = {
        "server.fileWatcherType": "none",
        "server.enableXsrfProtection": "true",
        "client.showErrorDetails": "none",
        "browser.gatherUsageStats": "false",
        "global.developmentMode": "false",
    }
    assert held.items() <= serving.PRODUCTION.items()


def test_processes_share_a_secret_and_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("STREAMLIT_SERVER_COOKIE_SECRET", raising=False)
    found = serving.processes(Plan(tmp_path / "c.toml", "open", tmp_path, "127.0.0.1", 1, (2, 3)))
    secrets = {each.environment["STREAMLIT_SERVER_COOKIE_SECRET"] for each in found}
    assert len(secrets) == 1
    assert len(secrets.pop()) == 64
    assert [each.environment["GUANMO_NODE"] for each in found] == ["1", "2"]
    assert all("--server.enableXsrfProtection=true" in each.command for each in found)


# ── nginx ────────────────────────────────────────────────────────────────────────────────────
def test_the_template_is_filled_in_to_the_last_sign(tmp_path: Path):
    for found in (
        Plan(tmp_path / "c.toml", "open", tmp_path, "0.0.0.0", 80, (8611, 8612), "nginx"),
        Plan(
            tmp_path / "c.toml",
            "login",
            tmp_path,
            "::1",
            443,
            (8611,),
            "nginx",
            Path("/a.pem"),
            Path("/b.pem"),
        ),
    ):
        text = nginx_config(found)
        assert [
            line for line in text.splitlines() if "@" in line and "@wait" not in line and "# " not in line
        ] == []
        assert all(f"server 127.0.0.1:{port} " in text for port in found.ports)
        assert ("Max-Age=31536000; Secure" in text) == (found.certificate is not None)


def test_a_folder_that_nginx_cannot_name_is_refused(tmp_path: Path):
    with pytest.raises(Refused, match="空格或特殊符号"):
        written_nginx_config(
            Plan(tmp_path / "c.toml", "open", tmp_path / "a b", "0.0.0.0", 80, (8611,), "nginx")
        )


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of one's own, as docs/OPERATIONS.md makes one."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=2))
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    folder = tmp_path_factory.mktemp("tls")
    signed = made.add_extension(names, critical=False).sign(key, hashes.SHA256())
    (folder / "c.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "k.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
    return folder / "c.pem", folder / "k.pem"


def test_with_a_certificate_nobody_is_answered_in_the_clear(tmp_path: Path, certificate: tuple[Path, Path]):
    """nginx itself, before an app that does not answer: what it says of its own accord."""
    nginx = nginx_or_skip()
    port, nobody = free_ports(30)[-1], free_ports(31)[-1]
    found = Plan(tmp_path / "c.toml", "login", tmp_path, "127.0.0.1", port, (nobody,), nginx, *certificate)
    with subprocess.Popen(written_nginx_config(found)) as running:
        try:
            until(lambda: not can_listen("127.0.0.1", port))
            plain = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            plain.request("GET", "/map?place=1", headers={"Host": f"localhost:{port}"})
            moved = plain.getresponse()
            assert (moved.status, moved.getheader("Location")) == (
                301,
                f"https://localhost:{port}/map?place=1",
            )
            trusts = ssl.create_default_context(cafile=str(certificate[0]))
            safe = http.client.HTTPSConnection("localhost", port, timeout=10, context=trusts)
            safe.request("GET", "/map")
            waits = safe.getresponse()
            assert waits.status == 503
            assert waits.getheader("Retry-After") == "5"
            assert "系统正在启动,请稍候" in waits.read().decode()
        finally:
            running.terminate()


# ── nothing outlives it ──────────────────────────────────────────────────────────────────────
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="prctl is Linux's")
def test_a_process_ends_when_whoever_started_it_is_killed(tmp_path: Path):
    said = tmp_path / "pid"
    sleeping = f"import os, time; open({str(said)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    starter = f"""
import os, subprocess, sys, time
subprocess.Popen([sys.executable, "-m", "commands.tethered", str(os.getpid()), "9", sys.executable, "-c", {sleeping!r}],
                 start_new_session=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", starter], cwd=ROOT) as running:
        try:
            until(lambda: said.exists() and said.read_text())
            pid = int(said.read_text())
            assert is_running(pid)
        finally:
            running.kill()
    until(lambda: not is_running(pid), 5)


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_one_process_is_served_ends_when_told_and_starts_again_when_it_dies(tmp_path: Path):
    """Without nginx: the plan is run on a stand-in for the app, which costs nothing."""
    port = free_ports(40)[-1]
    answering = (
        "import http.server as h;"
        f"h.HTTPServer(('127.0.0.1', {port}), type('A', (h.BaseHTTPRequestHandler,), "
        "{'do_GET': lambda s: (s.send_response(200), s.end_headers()), 'log_message': lambda *a: None})).serve_forever()"
    )
    program = f"""
import asyncio, signal, sys
from pathlib import Path
import logs
from commands import serving
serving.processes = lambda plan: [serving.Process("app-1", [sys.executable, "-c", {answering!r}], {{}}, signal.SIGKILL, {port})]
logs.to_json(Path({str(tmp_path)!r}), "serve")
sys.exit(asyncio.run(serving.run(serving.Plan(Path("c"), "open", Path({str(tmp_path)!r}), "127.0.0.1", {port}, ({port},)))))
"""
    log = tmp_path / "serve.jsonl"

    def told(event: str) -> int:
        return log.read_text(encoding="utf-8").count(f'"{event}"') if log.exists() else 0

    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE) as running:
        until(lambda: told("process ready") == 1)
        first = _pid_of(log)
        os.kill(first, 9)
        until(lambda: told("process ready") == 2)
        second = _pid_of(log)
        assert second != first
        started = time.monotonic()
        running.terminate()
        out = running.communicate(timeout=20)[0].decode()
    assert running.returncode == 0
    assert time.monotonic() - started < serving.STOP_S
    assert not is_running(second)
    assert f"已启动:http://localhost:{port}" in out


def _pid_of(log: Path) -> int:
    lines = log.read_text(encoding="utf-8").splitlines()
    return int(
        next(line for line in reversed(lines) if "process started" in line)
        .partition('"pid": ')[2]
        .rstrip("}")
    )
