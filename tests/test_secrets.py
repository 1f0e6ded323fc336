"""No key, password or fact of one machine is in the repository, and what holds secrets cannot get into it.

That pages, sockets and logs hold none: tests/browser/test_attack.py, tests/browser/test_sign_in.py, tests/test_logs.py.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.test_docs import ROOT, project_files

KEYS = {
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{20}",
    "a key of a cloud": r"\b(AKIA|ASIA)[0-9A-Z]{16}\b|\bAIza[0-9A-Za-z_-]{35}\b|\bLTAI[0-9A-Za-z]{16,24}\b",
    "a token of a forge": r"\b(gh[pousr]_[0-9A-Za-z]{36}|github_pat_[0-9A-Za-z_]{60,}|glpat-[0-9A-Za-z_-]{20})",
    "a token of a service": r"\b(sk-[0-9A-Za-z_-]{32,}|xox[abprs]-[0-9A-Za-z-]{20,}|pypi-[0-9A-Za-z_-]{50,})",
    "a signed token": r"\beyJ[0-9A-Za-z_-]{16,}\.eyJ[0-9A-Za-z_-]{16,}\.[0-9A-Za-z_-]{16,}",
    "a password in an address": r"\b[a-z][a-z0-9+.-]*://[^\s/:@\"'<>{}$]{1,60}:[^\s/@\"'<>{}$]{3,}@[a-z0-9]",
    "a 天地图 token": r"\btk=[0-9a-f]{32}\b",
}
# A value beside a name that says secret. What a person is to fill in, what code works out and tests' own are none.
NAMED = re.compile(
    r"""(?i)\b(?:client_secret|cookie_secret|password|passwd|api_?key|access_?key|GUANMO_TIANDITU_TOKEN)\b["']?\s*[:=]\s*["']([^"'\s{}<>$]{8,})["']"""
)
# Hosts of package indexes that are everybody's; a lock made behind a mirror names the mirror.
HOSTS = {"pypi.org", "files.pythonhosted.org"}
PLACES = re.compile(r"(?<![\w.~-])/(?:work|tmp|root|home|Users|mnt/c)/|[A-Z]:\\\\?Users\\")


def texts() -> list[tuple[str, str]]:
    """Every text of the repository with its name, vendored scripts and lock file among them."""
    return [
        (path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8", errors="replace"))
        for path in project_files()
        if path.is_file() and path.suffix != ".png"
    ]


@pytest.fixture(scope="module")
def files() -> list[tuple[str, str]]:
    return texts()


def findings(files: list[tuple[str, str]]) -> list[str]:
    found = []
    for name, text in files:
        found += [f"{name}: {what}" for what, shape in KEYS.items() if re.search(shape, text)]
        if not name.startswith("tests/"):
            found += [f"{name}: {each[0]}" for each in NAMED.finditer(text)]
    return found


def test_no_file_holds_a_key_or_a_password(files: list[tuple[str, str]]):
    assert findings(files) == []


@pytest.mark.parametrize(
    "line",
    [
        "-----BEGIN EC PRIVATE " + "KEY-----\nMHcCAQEEIIGLJkT0n5Y1Jxw2",
        "AKIA" + "IOSFODNN7EXAMPLE",
        "ghp_" + "a1B2" * 9,
        "https://clerk:" + "geheim1@index.example.org/simple",
        "?tk=" + "0123456789abcdef" * 2,
        'client_secret = "' + 'Zm9vYmFyYmF6"',
    ],
)
def test_the_scan_would_see_one(line: str):
    assert findings([("x.toml", line)])


def test_no_file_names_an_index_of_one_machine(files: list[tuple[str, str]]):
    """tests/test_docs.py looks for folders of one machine in all but the lock; this in the lock, and for mirrors."""
    lock = next(text for name, text in files if name == "uv.lock")
    assert set(re.findall(r"https?://([^/\"\s]+)/", lock)) == HOSTS
    assert not PLACES.search(lock)
    for name, text in files:
        if not name.startswith("tests/"):
            told = re.findall(
                r"(?:--(?:extra-)?index-url|--find-links|index-url|default-index)[ =]+(\S+)", text
            )
            assert not [each for each in told if "://" in each], name
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["uv"]
    assert not {"index", "index-url", "extra-index-url", "find-links", "sources"} & set(settings)


def test_what_holds_secrets_is_not_taken_into_the_repository():
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("没有 git 仓库")
    secret = [
        ".streamlit/secrets.toml",
        "data/logs/audit.jsonl",
        "data/records/records.sqlite",
        "dist/x.tar.gz",
    ]
    for name in secret:
        ignored = subprocess.run([git, "check-ignore", "-q", name], cwd=ROOT, check=False)
        assert ignored.returncode == 0, name
    tracked = subprocess.run(
        [git, "ls-files"], cwd=ROOT, check=True, capture_output=True, encoding="utf-8"
    ).stdout.split("\n")
    bad = re.compile(
        r"(^|/)(secrets\.toml|\.env|\.netrc|\.pypirc|pip\.conf|id_[a-z0-9]+)$|\.(pem|key|p12|pfx|sqlite|db)$"
    )
    assert [name for name in tracked if bad.search(name)] == []


def test_pictures_say_nothing_of_who_made_them():
    """PNG files have room for a path, a program, a camera: ours hold pixels, and some a date."""
    pictures = [path for path in project_files() if path.suffix == ".png" and "vendor" not in path.parts]
    assert len(pictures) > 10
    told = [(path.name, words) for path in pictures for words in _words_in(path)]
    assert [each for each in told if not each[1].startswith(b"date:")] == []


def _words_in(path: Path) -> list[bytes]:
    """What a PNG file holds in words: texts, EXIF."""
    content, at, found = path.read_bytes(), 8, []
    while at + 8 <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        if content[at + 4 : at + 8] in {b"tEXt", b"iTXt", b"zTXt", b"eXIf"}:
            found.append(content[at + 8 : at + 8 + length])
        at += 12 + length
    return found
