"""The two commands say what is wrong in a sentence, and a second start does no work."""

from __future__ import annotations

import ast
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import bootstrap

ROOT = Path(__file__).resolve().parents[1]


def test_old_python_gets_a_sentence_and_not_a_syntax_error():
    pretend = "import sys, runpy; sys.version_info = (3, 8, 2); runpy.run_path('bootstrap.py')"
    done = subprocess.run([sys.executable, "-c", pretend], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 2
    assert "需要 Python 3.11" in done.stdout.decode()
    assert "Python 3.11 or newer is needed, this is 3.8" in done.stdout.decode()
    # The sentence is of no use to a Python that cannot parse the rest of the file.
    ast.parse((ROOT / "bootstrap.py").read_text(encoding="utf-8"), feature_version=(3, 6))


def test_taken_port_is_named_with_another_one():
    with socket.socket() as taken, pytest.raises(bootstrap.Stop) as stop:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        bootstrap.run(port, ROOT / "config.toml")
    assert f"端口 {port} 已被占用" in stop.value.chinese
    assert f"PORT={port + 1}" in stop.value.english


def test_missing_config_is_named(tmp_path: Path):
    with pytest.raises(bootstrap.Stop, match=r"no config file .*nowhere\.toml"):
        bootstrap.run(8501, tmp_path / "nowhere.toml")


@pytest.mark.parametrize(
    "text", ["not toml", "[paths]\nraw = 'a'", "[county]\nname = 'x'", "paths = 3\ncounty = 4"]
)
def test_config_without_folders_is_a_sentence(tmp_path: Path, text: str):
    config = tmp_path / "config.toml"
    config.write_text(text, encoding="utf-8")
    with pytest.raises(bootstrap.Stop, match=r"cannot be read from config\.toml"):
        bootstrap.raw_and_prepared(config)


class Steps:
    """Stands in for `bootstrap.call`: notes each step, creates what the step would."""

    def __init__(self, code: int = 0) -> None:
        self.seen: list[str] = []
        self.code = code

    def __call__(self, command: list[str | Path], **extra: str) -> int:
        self.seen.append(" ".join(Path(part).name for part in command[1:]))
        if self.code == 0 and "demo" in command:
            Path(command[-1]).mkdir(parents=True)
        return self.code


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text('[county]\nis_demo = true\n[paths]\nraw = "raw"\nprepared = "out"', encoding="utf-8")
    return path


def publish(config: Path, monkeypatch: pytest.MonkeyPatch, steps: Steps) -> list[str]:
    monkeypatch.setattr(bootstrap, "call", steps)
    bootstrap.publish_if_needed(Path("python"), config)
    return steps.seen


def test_first_start_writes_the_demo_county_and_prepares(config: Path, monkeypatch: pytest.MonkeyPatch):
    assert publish(config, monkeypatch, Steps()) == [
        "-m demo --raw raw.part",
        "prepare.py --config config.toml",
    ]
    assert (config.parent / "raw").is_dir()


def test_interrupted_demo_leaves_no_half_county(config: Path, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(bootstrap.Stop) as stop:
        publish(config, monkeypatch, Steps(code=7))
    assert stop.value.code == 7
    assert not (config.parent / "raw").exists()


def test_raw_files_of_the_county_are_never_overwritten(config: Path, monkeypatch: pytest.MonkeyPatch):
    (config.parent / "raw").mkdir()
    assert publish(config, monkeypatch, Steps()) == ["prepare.py --config config.toml"]


def test_real_county_gets_no_demo_files(config: Path, monkeypatch: pytest.MonkeyPatch):
    config.write_text(config.read_text().replace("true", "false"), encoding="utf-8")
    assert publish(config, monkeypatch, Steps()) == ["prepare.py --config config.toml"]


def test_second_start_prepares_nothing(config: Path, monkeypatch: pytest.MonkeyPatch):
    (config.parent / "out").mkdir()
    (config.parent / "out" / "CURRENT").write_text("20261115-0123456789abcdef", encoding="utf-8")
    assert publish(config, monkeypatch, Steps()) == []


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A complete .venv that was synced for `run`; asking for uv is the failure that tests look for."""
    monkeypatch.setattr(bootstrap, "VENV", tmp_path)
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / "stamp")
    python = tmp_path / bootstrap.BIN / f"python{bootstrap.EXE}"
    python.parent.mkdir()
    python.touch()
    (tmp_path / "stamp").write_text(f"{bootstrap.fingerprint()} app", encoding="utf-8")

    def asked() -> Path:
        raise LookupError("uv was asked for")

    monkeypatch.setattr(bootstrap, "installed_uv", asked)
    return python


def test_complete_environment_is_left_alone(environment: Path):
    assert bootstrap.synced_python(with_dev=False) == environment


def test_tests_need_more_than_the_app(environment: Path):
    with pytest.raises(LookupError):
        bootstrap.synced_python(with_dev=True)


def test_half_an_environment_is_synced_again(environment: Path):
    environment.unlink()
    with pytest.raises(LookupError):
        bootstrap.synced_python(with_dev=False)


def test_changed_lock_is_synced_again(environment: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bootstrap, "fingerprint", lambda: "another")
    with pytest.raises(LookupError):
        bootstrap.synced_python(with_dev=False)


def test_missing_browser_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bootstrap, "found_browser", lambda: None)
    monkeypatch.setattr(bootstrap, "apt_install", lambda *packages: False)
    monkeypatch.delenv("GUANMO_BROWSER", raising=False)
    with pytest.raises(bootstrap.Stop) as stop:
        bootstrap.browser_or_stop()
    assert "Chromium、Chrome 或 Edge" in stop.value.chinese
    assert "GUANMO_BROWSER" in stop.value.english


@pytest.mark.skipif(bootstrap.IS_WINDOWS, reason="makes a shell script stand in for the browser")
def test_browser_that_does_not_start_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name, code in (("chromium", 1), ("google-chrome", 0)):
        script = tmp_path / name
        script.write_text(f"#!/bin/sh\nexit {code}\n", encoding="utf-8")
        script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("GUANMO_BROWSER", raising=False)
    assert bootstrap.found_browser() == str(tmp_path / "google-chrome")


def test_without_an_office_the_checks_go_on_and_say_what_is_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    asked: list[tuple[str, ...]] = []

    def refused(*packages: str) -> bool:
        asked.append(packages)
        return False

    monkeypatch.setattr(bootstrap, "found_office", lambda: None)
    monkeypatch.setattr(bootstrap, "apt_install", refused)
    monkeypatch.delenv("GUANMO_OFFICE", raising=False)
    bootstrap.office_or_notice()
    assert asked == [("libreoffice-writer", "libreoffice-impress", "fonts-noto-cjk")]
    said = capsys.readouterr().out
    assert "打开通报、汇报的测试会跳过" in said
    assert "GUANMO_OFFICE" in said


def test_an_office_that_is_there_is_not_installed_again(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bootstrap, "found_office", lambda: "/usr/bin/soffice")
    monkeypatch.setattr(bootstrap, "apt_install", lambda *packages: pytest.fail("asked for packages"))
    bootstrap.office_or_notice()


def test_the_named_office_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GUANMO_OFFICE", str(tmp_path / "nowhere"))
    assert bootstrap.found_office() is None


def test_on_the_network_nobody_outside_is_asked_for_an_address():
    arguments, environment = bootstrap.serving(8501, "localhost")
    assert "--server.address" not in arguments
    assert "STREAMLIT_LOGGER_HIDE_WELCOME_MESSAGE" not in environment
    arguments, environment = bootstrap.serving(8600, "0.0.0.0")
    assert arguments[-4:] == ["--server.port", "8600", "--server.address", "0.0.0.0"]
    assert environment["STREAMLIT_LOGGER_HIDE_WELCOME_MESSAGE"] == "true"


def test_the_host_is_this_machine_unless_somebody_says_otherwise():
    assert bootstrap.parsed_arguments(["run"]).host == "localhost"
    assert bootstrap.parsed_arguments(["run", "--host", "0.0.0.0"]).host == "0.0.0.0"


def test_without_nginx_the_checks_go_on_and_say_what_is_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(bootstrap, "found_nginx", lambda: None)
    monkeypatch.setattr(bootstrap, "apt_install", lambda *packages: packages != ("nginx",))
    monkeypatch.delenv("GUANMO_NGINX", raising=False)
    bootstrap.nginx_or_notice()
    assert "多个进程一起服务的测试会跳过" in capsys.readouterr().out


def test_a_server_is_started_only_when_it_may_be(config: Path, monkeypatch: pytest.MonkeyPatch):
    steps = Steps(code=2)
    monkeypatch.setattr(bootstrap, "call", steps)
    monkeypatch.setattr(bootstrap, "synced_python", lambda with_dev: Path("python"))
    monkeypatch.setattr(bootstrap.os, "execve", lambda *_: pytest.fail("started"))
    with pytest.raises(bootstrap.Stop):
        bootstrap.serve(config, ["--replicas=2"])
    assert steps.seen == ["-m commands.serving --config config.toml --replicas=2 --check"]


def test_what_is_typed_for_a_server_is_handed_on():
    typed = bootstrap.parsed_arguments(["serve", "--port", "80", "--certificate", "cert.pem"])
    assert (typed.port, typed.replicas) == ("80", None)
    assert Path(typed.certificate).is_absolute()
