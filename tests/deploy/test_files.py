"""What deploy/ holds agrees with the program: commands, ports, paths, health checks; units are what systemd accepts."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml

from commands import backup, serving
from settings import read_settings
from tests.conftest import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted(path.name for path in DEPLOY.glob("*.service"))
PROGRAM, COUNTY = PurePosixPath("/opt/guanmo"), PurePosixPath("/srv/guanmo")
INTERPRETER = str(PROGRAM / ".venv" / "bin" / "python")


def unit(name: str) -> ConfigParser:
    read = ConfigParser(interpolation=None, strict=False, allow_no_value=True)
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read_string((DEPLOY / name).read_text(encoding="utf-8"))
    return read


def is_understood(command: list[str]) -> None:
    """The command is one that this program has, with options that it takes."""
    interpreter, flag, module, *options = command
    assert (interpreter, flag) == (INTERPRETER, "-m")
    assert (ROOT / Path(*module.split(".")).with_suffix(".py")).is_file()
    # Either exits when it does not understand.
    if module == "commands.backup":
        backup._parser().parse_args(options)
    else:
        assert module == "commands.serving"
        serving.parsed(options)


# ── systemd ──────────────────────────────────────────────────────────────────────────────────
def test_there_are_the_units_that_the_guide_names():
    guide = (ROOT / "docs" / "OPERATIONS.md").read_text(encoding="utf-8")
    assert UNITS == ["guanmo-backup.service", "guanmo.service"]
    assert {"guanmo.service", "guanmo-backup.timer"} <= set(
        re.findall(r"guanmo[\w-]*\.(?:service|timer)", guide)
    )


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_starts_a_command_of_the_program_as_its_own_user(name: str):
    service = unit(name)["Service"]
    is_understood(shlex.split(service["ExecStart"]))
    assert service["User"] == service["Group"] == "guanmo"
    assert service["WorkingDirectory"] == str(PROGRAM)


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_may_write_to_the_county_s_data_and_nowhere_in_the_program(name: str):
    service = unit(name)["Service"]
    assert service["ProtectSystem"] == "strict"
    assert service["NoNewPrivileges"] == service["PrivateTmp"] == service["ProtectHome"] == "yes"
    writable = [PurePosixPath(path) for path in service["ReadWritePaths"].split()]
    paths = read_settings(ROOT / "config.toml").paths
    for folder in (paths.prepared, paths.records, paths.logs):
        below = PurePosixPath(folder.relative_to(ROOT).as_posix())
        assert any((COUNTY / below).is_relative_to(path) for path in writable)
    assert not any(path.is_relative_to(PROGRAM) or PROGRAM.is_relative_to(path) for path in writable)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here")
@pytest.mark.parametrize("name", [*UNITS, "guanmo-backup.timer"])
def test_systemd_accepts_the_unit(name: str, tmp_path: Path):
    for file in DEPLOY.glob("guanmo*"):
        # It looks whether the program is there; here it is elsewhere.
        text = file.read_text(encoding="utf-8").replace(INTERPRETER, shutil.which("true") or "/bin/true")
        (tmp_path / file.name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", name], cwd=tmp_path, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert (done.returncode, done.stderr.strip()) == (0, "")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here")
def test_the_service_is_locked_in():
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=25", "guanmo.service"],
        cwd=DEPLOY,
        capture_output=True,
        text=True,
        check=False,
    )
    if "unrecognized option" in done.stderr:
        pytest.skip("this systemd-analyze judges no unit that is not installed")
    assert done.returncode == 0, done.stdout[-300:] + done.stderr


# ── the container ────────────────────────────────────────────────────────────────────────────
def steps() -> list[tuple[str, str]]:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#")).replace("\\\n", " ")
    return [
        (word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines.splitlines()) if word
    ]


def step(name: str) -> str:
    return next(rest for word, rest in steps() if word == name)


def test_the_image_copies_what_is_there_and_nothing_private():
    for word, rest in steps():
        if word == "COPY":
            *sources, target = rest.split()
            assert all((ROOT / source).exists() for source in sources)
            assert PurePosixPath(target) == PROGRAM
    left_out = set((DEPLOY / "Containerfile.dockerignore").read_text(encoding="utf-8").split())
    assert {".git", ".venv", "data", ".streamlit/secrets.toml"} <= left_out
    kept = {"commands", "ui", "pages", "static", "deploy", "docs", "bootstrap.py", "uv.lock", "config.toml"}
    assert not left_out & kept


def test_the_image_starts_a_command_of_the_program_as_nobody_special():
    is_understood([*json.loads(step("ENTRYPOINT")), *json.loads(step("CMD"))])
    assert step("USER").isdigit()
    assert step("USER") in next(rest for word, rest in steps() if "useradd" in rest)
    assert PurePosixPath(step("VOLUME")) == COUNTY
    installed = re.findall(r"python3 bootstrap\.py (sync [\w-]*)", " ".join(rest for _, rest in steps()))
    assert installed == ["sync --no-dev"]


def test_ports_and_health_checks_agree():
    typed = serving.parsed(json.loads(step("CMD")))
    app = compose()["app"]
    asked = f"http://127.0.0.1:{typed.port}{serving.HEALTH}"
    assert step("EXPOSE") == str(typed.port)
    assert asked in step("HEALTHCHECK")
    assert asked in " ".join(app["healthcheck"]["test"])
    assert serving.parsed(app["command"]).port == typed.port
    assert [port.rpartition(":")[2] for port in app["ports"]] == [str(typed.port)]


# ── compose ──────────────────────────────────────────────────────────────────────────────────
def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return dict(read["services"])


def test_compose_builds_this_image_and_mounts_the_county():
    app = compose()["app"]
    assert (DEPLOY / app["build"]["context"]).resolve() == ROOT
    assert (ROOT / app["build"]["dockerfile"]).is_file()
    for service in compose().values():
        assert [volume.rpartition(":")[2] for volume in service["volumes"]] == [str(COUNTY)]


def test_compose_gives_no_more_rights_than_needed():
    for service in compose().values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_compose_prepares_with_the_program_s_own_command():
    interpreter, script, flag, config = compose()["prepare"]["entrypoint"]
    assert interpreter == INTERPRETER
    assert (ROOT / script).is_file()
    assert flag == "--config"
    assert PurePosixPath(config) == COUNTY / "config.toml"
