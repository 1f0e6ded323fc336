"""What is installed is what the lock names, byte for byte: every package pinned, hashed and from the index."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import distributions
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import bootstrap
from commands import auditing, bundling

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def packages() -> list[dict[str, Any]]:
    """The lock's packages without the project itself."""
    locked = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
    return [each for each in locked if each["name"] != PROJECT["project"]["name"]]


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def wanted() -> set[str]:
    """Names that pyproject.toml asks for, for the app and for its tests."""
    groups = PROJECT["dependency-groups"].values()
    lines = [*PROJECT["project"]["dependencies"], *(line for group in groups for line in group)]
    return {plain(re.split(r"[ \[<>=!~;@]", line)[0]) for line in lines}


def test_every_file_has_its_hash(packages: list[dict[str, Any]]):
    for package in packages:
        files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
        assert files, package["name"]
        for file in files:
            assert re.fullmatch(r"sha256:[0-9a-f]{64}", file["hash"]), file["url"]
            assert file["url"].startswith("https://"), file["url"]


def test_everything_is_pinned_and_from_the_index(packages: list[dict[str, Any]]):
    for package in packages:
        assert set(package["source"]) == {"registry"}, package["name"]  # no git, address, path or folder
        assert re.match(r"\d", package["version"])
    assert wanted() <= {plain(each["name"]) for each in packages}
    lines = [
        *PROJECT["project"]["dependencies"],
        *(line for group in PROJECT["dependency-groups"].values() for line in group),
    ]
    assert not [line for line in lines if "://" in line or "@" in line]


def test_what_is_installed_is_what_the_lock_names(packages: list[dict[str, Any]]):
    """Also what nobody asked for by name: a package that came in otherwise would not be in the lock."""

    locked: dict[str, set[str]] = {plain(each["name"]): set() for each in packages}
    for each in packages:
        locked[plain(each["name"])].add(each["version"])
    here = {plain(each.metadata["Name"]): each.version for each in distributions()}
    assert {name: version for name, version in here.items() if version not in locked.get(name, ())} == {}


def test_hashes_are_handed_on_to_whoever_installs_without_uv():
    exported = bundling.exported("--no-dev")
    pinned = re.findall(r"^([A-Za-z0-9._-]+)==\S+", exported, flags=re.MULTILINE)
    assert {plain(name) for name in pinned} >= {
        plain(re.split(r"[ \[<>=!~;]", line)[0]) for line in PROJECT["project"]["dependencies"]
    }
    assert exported.count("--hash=sha256:") >= len(pinned)


def test_the_audit_asks_about_the_lock_and_names_no_index(monkeypatch: pytest.MonkeyPatch):
    asked: list[tuple[list[str], str]] = []

    def run(command: tuple[object, ...], **_: object) -> SimpleNamespace:
        words = list(map(str, command))
        asked.append((words, Path(words[words.index("--requirement") + 1]).read_text(encoding="utf-8")))
        return SimpleNamespace(returncode=1)

    monkeypatch.setattr(auditing, "subprocess", SimpleNamespace(run=run))
    bootstrap.installed_uv()
    assert auditing.audit() == 1  # what pip-audit says is what make says
    ((words, pinned),) = asked
    assert "pip-audit" in words
    assert {"--require-hashes", "--strict"} <= set(words)  # what nobody could tell about is no good news
    assert not [word for word in words if "://" in word or "index" in word]
    locked = {plain(name) for name in re.findall(r"^([A-Za-z0-9._-]+)==\S+", pinned, flags=re.MULTILINE)}
    assert locked >= wanted()  # the tests' tools as well
    assert "audit:" in (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "make audit" in (ROOT / "SECURITY.md").read_text(encoding="utf-8")
