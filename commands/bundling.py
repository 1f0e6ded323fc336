"""`make bundle`: everything that a machine without any network needs, in one archive for Linux and one for Windows.

In: the commit's files, uv.lock, and the package index that pip is set up with. Out: dist/guanmo-…-linux-x86_64.tar and
dist/guanmo-…-win-amd64.zip: the program, the wheels it runs on (and uv, which installs them) and the list of all files with
their sha256. Refuses a wheel whose hash is not the lock's, a dependency without a wheel for the system, and everything that
is not in the commit: no data, no configs of counties, no secrets. Tests and benchmarks stay at home.

The same commit gives the same bytes: files sorted, dated by the commit, stored as they are (wheels and pictures are
compressed already). What was downloaded stays in .uv/wheels, so a second bundle takes seconds.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import time
import tomllib
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from packaging.markers import Marker
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import parse_wheel_filename

import bootstrap
import offline
from bootstrap import Stop, say

ROOT = bootstrap.ROOT
DIST = ROOT / "dist"
CACHE = bootstrap.UV_HOME / "wheels"
PYTHONS = ("3.11", "3.12", "3.13")
AT_HOME = ("tests", "benchmarks", ".ci", "test.cmd")
# Debian 10, openEuler 20.03, Kylin V10 and UOS 20 have this one or a newer.
GLIBC_MINOR = 28
# The names that 2.17, 2.12 and 2.5 had before wheels were named after the C library's version.
OLD_NAMES = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}


@dataclass(frozen=True)
class System:
    """A kind of machine to install on; `name` is what Python there calls it."""

    name: str
    tags: tuple[str, ...]  # of platforms whose wheels run on it, best first
    markers: dict[str, str] = field(hash=False)
    suffix: str


def _manylinux() -> Iterable[str]:
    for minor in range(GLIBC_MINOR, 4, -1):
        yield f"manylinux_2_{minor}_x86_64"
        if minor in OLD_NAMES:
            yield f"{OLD_NAMES[minor]}_x86_64"
    yield "linux_x86_64"


CPYTHON = {"platform_python_implementation": "CPython", "implementation_name": "cpython"}
LINUX = System(
    "linux-x86_64",
    tuple(_manylinux()),
    {
        **CPYTHON,
        "sys_platform": "linux",
        "platform_system": "Linux",
        "os_name": "posix",
        "platform_machine": "x86_64",
    },
    ".tar",
)
WINDOWS = System(
    "win-amd64",
    ("win_amd64",),
    {
        **CPYTHON,
        "sys_platform": "win32",
        "platform_system": "Windows",
        "os_name": "nt",
        "platform_machine": "AMD64",
    },
    ".zip",
)
SYSTEMS = {"linux": LINUX, "windows": WINDOWS}


@dataclass(frozen=True, order=True)
class Wheel:
    """One file of the lock."""

    name: str
    version: str
    file: str
    sha256: str

    @property
    def cached(self) -> Path:
        """Where it lies once it was downloaded."""
        return CACHE / self.file


# ── which wheels ─────────────────────────────────────────────────────────────────────────────


def exported(*groups: str) -> str:
    """The lock as a requirements file with hashes; what applies where is left to its markers."""
    done = bootstrap.quietly(
        *(bootstrap.installed_uv(), "export", "--project", ROOT, "--quiet", "--frozen", "--no-header"),
        *("--no-annotate", *groups),
    )
    if done.returncode:
        raise Stop(f"读不出 uv.lock:{done.stderr}", f"uv.lock cannot be read: {done.stderr}", done.returncode)
    return done.stdout


def needed(requirements: str, system: System, python: str) -> list[tuple[str, str]]:
    """Name and version of what applies to this system and Python."""
    machine = {**system.markers, "python_version": python, "python_full_version": f"{python}.0"}
    found = []
    for line in requirements.splitlines():
        if line.startswith((" ", "#")) or not line.strip():
            continue
        requirement, _, marker = line.rstrip(" \\").partition(" ; ")
        if not marker or Marker(marker).evaluate(machine):
            name, _, version = requirement.partition("==")
            found.append((name, version))
    return found


def _best_first(system: System, python: str) -> dict[Tag, int]:
    version = tuple(int(part) for part in python.split("."))
    tags = [
        *cpython_tags(version, platforms=system.tags),
        *compatible_tags(version, f"cp{version[0]}{version[1]}", system.tags),
    ]
    return {tag: place for place, tag in reversed(list(enumerate(tags)))}


def wheels(lock: Path, requirements: str, system: System, python: str) -> list[Wheel]:
    """For each requirement the one wheel that installs best there; Stop names those that have none."""
    packages = {
        (each["name"], each.get("version", "")): each
        for each in tomllib.loads(lock.read_text(encoding="utf-8"))["package"]
    }
    place = _best_first(system, python)
    found, without = [], []
    for name, version in needed(requirements, system, python):
        fitting = []
        for each in packages[name, version].get("wheels", []):
            file = each["url"].rpartition("/")[2].replace("%2B", "+")
            places = [place[tag] for tag in parse_wheel_filename(file)[3] if tag in place]
            if places:
                fitting.append(
                    (min(places), Wheel(name, version, file, each["hash"].removeprefix("sha256:")))
                )
        if fitting:
            found.append(min(fitting)[1])
        else:
            without.append(f"{name} {version}")
    if without:
        raise Stop(
            f"{system.name} 上的 Python {python} 没有现成的 wheel:{'、'.join(without)}。",
            f"There is no wheel for Python {python} on {system.name} of {', '.join(without)}.",
        )
    return sorted(found)


def oldest_glibc(chosen: Iterable[Wheel]) -> str:
    """The C library that all of them run on; "" where none asks for one."""
    asked = [0]
    for wheel in chosen:
        platforms = {tag.platform for tag in parse_wheel_filename(wheel.file)[3]}
        minors = [
            next((minor for minor, old in OLD_NAMES.items() if name.startswith(old + "_")), None)
            or int(name.split("_")[2])
            for name in platforms
            if name.startswith("manylinux")
        ]
        asked += [min(minors)] if minors else []
    return f"2.{max(asked)}" if max(asked) else ""


# ── downloading ──────────────────────────────────────────────────────────────────────────────


def pip() -> list[str]:
    """The pip that fetched uv: it knows the index, the mirror and the certificates of this machine."""
    ours = bootstrap.UV_HOME / bootstrap.BIN / f"python{bootstrap.EXE}"
    for python in (ours, getattr(sys, "_base_executable", sys.executable)):
        command = [str(python), "-m", "pip"]
        if bootstrap.quietly(*command, "--version").returncode == 0:
            return command
    raise Stop("这里没有 pip,下载不了 wheel。", "There is no pip here to download wheels with.")


def download(chosen: Sequence[Wheel], system: System, python: str) -> None:
    """Have every wheel in CACHE, with the lock's hash; what is there already is not asked for again."""
    absent = [wheel for wheel in chosen if not _is_cached(wheel)]
    if not absent:
        return
    say(
        f"下载 {len(absent)} 个 wheel({system.name},Python {python})…",
        f"Downloading {len(absent)} wheels ({system.name}, Python {python}) …",
    )
    CACHE.mkdir(parents=True, exist_ok=True)
    for wheel in absent:
        wheel.cached.unlink(missing_ok=True)
    listing = CACHE / f"{system.name}-{python}.txt"
    # One hash each: pip then has no choice left, whatever it would think of this machine's own system.
    listing.write_text(
        "".join(f"{wheel.name}=={wheel.version} --hash=sha256:{wheel.sha256}\n" for wheel in absent),
        encoding="utf-8",
    )
    code = subprocess.run(
        [
            *(
                *pip(),
                "download",
                "-qq",
                "--disable-pip-version-check",
                "--no-deps",
                "--only-binary=:all:",
            ),
            *(
                "--require-hashes",
                "--requirement",
                str(listing),
                "--dest",
                str(CACHE),
                "--python-version",
                python,
            ),
            *(argument for tag in system.tags for argument in ("--platform", tag)),
        ],
        check=False,
    ).returncode
    listing.unlink()
    if code or not all(map(_is_cached, absent)):
        raise Stop(
            "wheel 没有下载全,见上面 pip 的说明。再运行一次,下载过的不用重来。",
            "Not all wheels were downloaded: see what pip says above. Run it again; what is there already is kept.",
            code or 2,
        )


def _is_cached(wheel: Wheel) -> bool:
    return wheel.cached.is_file() and offline.sha256(wheel.cached) == wheel.sha256


# ── the archive ──────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Packed:
    """A file of the archive: bytes, or a file on disk whose hash is known."""

    content: bytes | Path
    sha256: str
    runs: bool = False

    @classmethod
    def of(cls, content: bytes, runs: bool = False) -> Packed:
        """Bytes that are made here."""
        return cls(content, hashlib.sha256(content).hexdigest(), runs)


def git(*arguments: str) -> bytes:
    """What git answers about this repository."""
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=False)
    except OSError:
        raise Stop("打包要用 git,这里没有。", "Bundling needs git, and there is none here.") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise Stop(f"git 说:{said}", f"git says: {said}", done.returncode)
    return done.stdout


def program(commit: str) -> dict[str, Packed]:
    """The commit's files as a checkout has them (run.cmd with its CRLF), but for what stays AT_HOME."""
    left_out = [f":(exclude){name}" for name in AT_HOME]
    with tarfile.open(
        fileobj=io.BytesIO(git("archive", "--format=tar", commit, "--", ".", *left_out))
    ) as archive:
        return {
            member.name: Packed.of(file.read(), bool(member.mode & 0o100))
            for member in archive
            if member.isfile() and (file := archive.extractfile(member)) is not None
        }


def longest_path(chosen: Iterable[Wheel]) -> int:
    """Characters that the deepest installed file adds to the folder's path."""
    longest = 0
    for wheel in chosen:
        with zipfile.ZipFile(wheel.cached) as inside:
            longest = max(longest, *(len(name) for name in inside.namelist()))
    return len(r"\.venv\Lib\site-packages" + "\\") + longest


def packed(system: System, pythons: Sequence[str], commit: str) -> dict[str, Packed]:
    """Everything that goes into the archive, by its name below the top folder."""
    requirements = exported("--no-dev")
    installer = exported("--only-group", "bundle")
    lock = ROOT / "uv.lock"
    chosen: set[Wheel] = set()
    for python in pythons:
        here = wheels(lock, requirements + installer, system, python)
        download(here, system, python)
        chosen |= set(here)
    contents = {
        "commit": commit,
        "glibc": oldest_glibc(chosen),
        "longest_path": longest_path(chosen),
        "platform": system.name,
        "pythons": list(pythons),
        "uv": next(wheel.file for wheel in chosen if wheel.name == "uv"),
    }
    files = program(commit)
    files |= {f"{offline.HOUSE}/{wheel.file}": Packed(wheel.cached, wheel.sha256) for wheel in chosen}
    files[offline.CONTENTS] = Packed.of(json.dumps(contents, indent=1).encode() + b"\n")
    files[offline.REQUIREMENTS] = Packed.of(requirements.encode())
    hashes = {name: file.sha256 for name, file in files.items()}
    files[offline.MANIFEST] = Packed.of(offline.manifest_text(hashes).encode())
    return dict(sorted(files.items()))


def write_tar(path: Path, top: str, files: dict[str, Packed], when: int) -> None:
    """A tar as Linux unpacks it."""
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
        for name, file in files.items():
            member = tarfile.TarInfo(f"{top}/{name}")
            member.mtime, member.mode = when, 0o755 if file.runs else 0o644
            member.size = (
                len(file.content) if isinstance(file.content, bytes) else file.content.stat().st_size
            )
            with (
                io.BytesIO(file.content)
                if isinstance(file.content, bytes)
                else file.content.open("rb") as source
            ):
                archive.addfile(member, source)


def write_zip(path: Path, top: str, files: dict[str, Packed], when: int) -> None:
    """A zip as the Windows Explorer opens it: Chinese names marked as UTF-8."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, file in files.items():
            member = zipfile.ZipInfo(f"{top}/{name}", time.gmtime(when)[:6])
            member.create_system, member.external_attr = 3, 0o100644 << 16
            content = file.content if isinstance(file.content, bytes) else file.content.read_bytes()
            archive.writestr(member, content)


def bundle(system: System, pythons: Sequence[str], commit: str, target: Path) -> Path:
    """Write the archive of a commit (or of a tree) and the sha256 beside it; its path."""
    when = int(git("log", "-1", "--format=%ct", commit if _is_commit(commit) else "HEAD"))
    files = packed(system, pythons, commit)
    top = f"guanmo-{time.strftime('%Y%m%d', time.gmtime(when))}-{commit[:7]}"
    target.mkdir(parents=True, exist_ok=True)
    path = target / f"{top}-{system.name}{system.suffix}"
    part = path.with_name(path.name + ".part")  # an interrupted run leaves no half archive under the name
    (write_tar if system.suffix == ".tar" else write_zip)(part, top, files, when)
    part.replace(path)
    beside = path.with_name(path.name + ".sha256")
    beside.write_text(f"{offline.sha256(path)}  {path.name}\n", encoding="utf-8")
    return path


def _is_commit(name: str) -> bool:
    return git("cat-file", "-t", name).strip() == b"commit"


# ── the command ──────────────────────────────────────────────────────────────────────────────


def main(arguments: Sequence[str] | None = None) -> int:
    """Build what was asked for; the exit code."""
    parser = argparse.ArgumentParser(description="离线安装包 / offline bundles")
    parser.add_argument("--systems", nargs="+", choices=SYSTEMS, default=list(SYSTEMS))
    parser.add_argument("--pythons", nargs="+", default=list(PYTHONS), metavar="3.11")
    typed = parser.parse_args(arguments)
    try:
        commit = git("rev-parse", "HEAD").decode().strip()
        if git("status", "--porcelain"):
            say(
                "注意:没有提交的改动不进安装包。",
                "Note: changes that are not committed are not in the bundle.",
            )
        for name in typed.systems:
            started = time.monotonic()
            path = bundle(SYSTEMS[name], typed.pythons, commit, DIST)
            size = path.stat().st_size / 1e6
            print(
                f"{path}  {size:.0f} MB  {time.monotonic() - started:.0f} s\n  sha256 {offline.sha256(path)}",
                flush=True,
            )
    except Stop as stop:
        say(stop.chinese, stop.english)
        return stop.code
    return 0


if __name__ == "__main__":
    sys.exit(main())
