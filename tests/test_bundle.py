"""An offline bundle is whole, holds what it should and nothing else, and runs where there is no network at all."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import bootstrap
import offline
from commands import bundling
from commands.bundling import LINUX, PYTHONS, WINDOWS, Wheel
from tests.conftest import ROOT

HERE = "{}.{}".format(*sys.version_info[:2])
LOCK = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
LOCKED = {
    file["url"].rpartition("/")[2]: file["hash"].removeprefix("sha256:")
    for package in LOCK["package"]
    for file in package.get("wheels", [])
}
# Not this environment's: whoever installs a bundle has only the system's.
BASE_PYTHON = getattr(sys, "_base_executable", sys.executable)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The project as it lies here, as git would store it, but kept outside the repository."""
    folder = tmp_path_factory.mktemp("git")
    (folder / "objects").mkdir()
    here = bundling.git("rev-parse", "--path-format=absolute", "--git-path", "objects").decode().strip()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_INDEX_FILE", str(folder / "index"))
        patch.setenv("GIT_OBJECT_DIRECTORY", str(folder / "objects"))
        patch.setenv("GIT_ALTERNATE_OBJECT_DIRECTORIES", here)
        bundling.git("add", "--all")
        yield bundling.git("write-tree").decode().strip()


on_linux = pytest.mark.skipif(
    offline.this_machine()["platform"] != LINUX.name, reason="the bundle for Linux runs on x86_64 Linux only"
)


# ── Linux, for real ──────────────────────────────────────────────────────────────────────────


def namespace() -> list[str]:
    """The command that runs another one without network; skips where the machine does not allow it."""
    said = ""
    for command in (["unshare", "--net"], ["unshare", "--net", "--map-root-user"]):
        done = bootstrap.quietly(*command, "true")
        if done.returncode == 0:
            return command
        said = done.stderr.strip() or said
    pytest.skip(f"这台机器不允许建立没有网络的网络命名空间(unshare --net):{said}")


@on_linux
def test_a_bundle_installs_and_runs_where_there_is_no_network(tmp_path: Path, tree: str):
    alone = namespace()
    archive = bundling.bundle(LINUX, [HERE], tree, tmp_path)
    place = tmp_path / "离线 安装"
    with tarfile.open(archive) as packed:
        packed.extractall(place, filter="data")
    archive.unlink()
    (folder,) = place.iterdir()
    home = tmp_path / "home"  # no cache of uv or pip helps along
    home.mkdir()
    done = subprocess.run(
        [*alone, sys.executable, "-m", "tests.without_network", folder, BASE_PYTHON],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout)
    assert found["outside"] == "Network is unreachable"
    assert found["status"] == 200
    assert found["county"] and min(found["messages"]) > 20
    assert found["stopped"] in (0, 130)
    assert list(home.iterdir()) == []  # nothing is left outside the folder
    shutil.rmtree(place)


# ── Windows, by its list ─────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def requirements() -> str:
    return bundling.exported("--no-dev") + bundling.exported("--only-group", "bundle")


def resolved(python: str) -> set[tuple[str, str]]:
    """What uv itself would install on Windows: not by our reading of the markers."""
    done = bootstrap.quietly(
        *(
            bootstrap.installed_uv(),
            "tree",
            "--project",
            ROOT,
            "--quiet",
            "--frozen",
            "--no-dev",
            "--group",
            "bundle",
        ),
        *("--python-platform", "x86_64-pc-windows-msvc", "--python-version", python, "--no-dedupe"),
    )
    assert done.returncode == 0, done.stderr
    return set(re.findall(r"([a-z0-9._-]+)(?:\[\S+\])? v(\S+)", done.stdout)) - {("guanmo", "0.1.0")}


@pytest.mark.parametrize("python", PYTHONS)
def test_windows_has_one_fitting_wheel_for_every_requirement(python: str, requirements: str):
    chosen = bundling.wheels(ROOT / "uv.lock", requirements, WINDOWS, python)
    assert {(wheel.name, wheel.version) for wheel in chosen} == resolved(python)
    assert len({wheel.name for wheel in chosen}) == len(chosen) > 70
    digits = python.replace(".", "")
    for wheel in chosen:
        assert LOCKED[wheel.file] == wheel.sha256
        *_, interpreter, abi, platform = wheel.file.removesuffix(".whl").split("-")
        assert platform in {"any", "win_amd64"}
        # Made for this very Python, or for every one from some 3.x on.
        assert abi in {f"cp{digits}", "abi3", "none"}
        if abi == "abi3":
            assert int(interpreter.removeprefix("cp3")) <= int(digits[1:])
    assert {"tzdata", "uv", "streamlit", "pyogrio"} <= {wheel.name for wheel in chosen}


def test_linux_wheels_run_on_older_systems_too(requirements: str):
    chosen = bundling.wheels(ROOT / "uv.lock", requirements, LINUX, "3.11")
    assert not [wheel.file for wheel in chosen if "win" in wheel.file or "musl" in wheel.file]
    assert bundling.oldest_glibc(chosen) == "2.28"


@pytest.mark.parametrize(
    ("files", "glibc"),
    [
        (["a-1-py3-none-any.whl"], ""),
        (["a-1-cp311-cp311-manylinux2014_x86_64.whl"], "2.17"),
        # Either name will do, so the older one counts; the newest of the wheels decides.
        (["a-1-cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl"], "2.27"),
        (["a-1-py3-none-manylinux1_x86_64.whl", "b-1-py3-none-manylinux_2_24_x86_64.whl"], "2.24"),
    ],
)
def test_c_library_that_all_wheels_run_on(files: list[str], glibc: str):
    assert bundling.oldest_glibc([Wheel("a", "1", file, "") for file in files]) == glibc


def test_a_requirement_without_a_wheel_is_named(tmp_path: Path):
    (tmp_path / "uv.lock").write_text(
        '[[package]]\nname = "odd"\nversion = "1.0"\nwheels = [{ url = "x/odd-1.0-cp311-cp311-win32.whl", hash = "sha256:0" }]',
        encoding="utf-8",
    )
    with pytest.raises(bootstrap.Stop, match=r"no wheel for Python 3\.11 on win-amd64 of odd 1\.0"):
        bundling.wheels(tmp_path / "uv.lock", "odd==1.0 \\\n    --hash=sha256:0\n", WINDOWS, "3.11")


@pytest.fixture
def stand_ins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A little zip for each wheel: 190 MB for Windows are not fetched in order to look at their names."""
    monkeypatch.setattr(bundling, "CACHE", tmp_path / "cache")

    def fetch(chosen: list[Wheel], *_: object) -> None:
        (tmp_path / "cache").mkdir(exist_ok=True)
        for wheel in chosen:
            with zipfile.ZipFile(wheel.cached, "w") as file:
                file.writestr(zipfile.ZipInfo(f"{wheel.name}/__init__.py"), "")

    monkeypatch.setattr(bundling, "download", fetch)


def test_windows_archive_holds_the_program_and_nothing_private(tmp_path: Path, stand_ins: None, tree: str):
    archive = bundling.bundle(WINDOWS, ["3.11", "3.12"], tree, tmp_path / "dist")
    with zipfile.ZipFile(archive) as packed:
        assert packed.testzip() is None
        members = {each.filename.partition("/")[2]: each for each in packed.infolist()}
        (top,) = {each.filename.partition("/")[0] for each in packed.infolist()}
        run = packed.read(f"{top}/run.cmd")
        contents = json.loads(packed.read(f"{top}/{offline.CONTENTS}"))
        listing = packed.read(f"{top}/{offline.MANIFEST}").decode()
    assert archive.name == f"{top}-win-amd64.zip"

    # The program, all of it and nothing else.
    stored = bundling.git("ls-tree", "-r", "-z", "--name-only", tree).decode().rstrip("\0").split("\0")
    program = {name for name in members if not name.startswith("wheelhouse/") and name != offline.MANIFEST}
    assert program == {
        name for name in stored if not name.startswith(("tests/", "benchmarks/", ".ci/", "test.cmd"))
    }
    assert {"bootstrap.py", "offline.py", "server.py", "config.toml", "docs/OPERATIONS.md"} <= program
    private = re.compile(r"(^|/)(data|\.git|\.venv|\.uv|dist)/|secret|\.sqlite|\.parquet|\.key$|\.pem$")
    assert [name for name in program if private.search(name)] == []

    # Chinese names open as such: bit 11 says UTF-8.
    chinese = [each for name, each in members.items() if not name.isascii()]
    assert chinese and all(each.flag_bits & 0x800 for each in chinese)

    # Two Pythons share what runs on both.
    wheels = [name for name in members if name.endswith(".whl")]
    assert all(name.endswith(("any.whl", "win_amd64.whl")) for name in wheels)
    assert {name.split("-")[2] for name in wheels if "/pandas-" in name} == {"cp311", "cp312"}
    assert sum("/streamlit-1" in name for name in wheels) == 1
    assert contents["platform"] == "win-amd64" and contents["pythons"] == ["3.11", "3.12"]
    assert f"wheelhouse/{contents['uv']}" in wheels

    # The list has everything but itself, with the bytes of the archive and the hashes of the lock.
    listed = {name: digest for digest, _, name in (line.partition("  ") for line in listing.splitlines())}
    assert set(listed) == set(members) - {offline.MANIFEST}
    assert listed["run.cmd"] == hashlib.sha256(run).hexdigest()
    assert all(listed[name] == LOCKED[name.partition("/")[2]] for name in wheels)

    # What Windows' own interpreter reads: CRLF, ASCII, and only files that are there.
    assert run.count(b"\r\n") == run.count(b"\n") > 10 and run.isascii()
    for file in re.findall(r"[\w\\-]+\.(?:py|txt)\b", run.decode()):
        assert file.replace("\\", "/") in program
    assert "bootstrap.py" in run.decode() and "no-python.txt" in run.decode()


@pytest.mark.parametrize("system", [LINUX, WINDOWS])
def test_the_same_commit_gives_the_same_bytes(
    tmp_path: Path, stand_ins: None, tree: str, system: bundling.System
):
    one, two = (bundling.bundle(system, ["3.11"], tree, tmp_path / name) for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
    said = one.with_name(one.name + ".sha256").read_text(encoding="utf-8").split()
    assert said == [offline.sha256(one), one.name]


def test_what_is_not_committed_stays_at_home():
    commit = bundling.git("rev-parse", "HEAD").decode().strip()
    stored = set(bundling.git("ls-tree", "-r", "-z", "--name-only", commit).decode().split("\0"))
    assert set(bundling.program(commit)) < stored


# ── damaged, or for another machine ──────────────────────────────────────────────────────────


TEA = "wheelhouse/tea-1.0-py3-none-any.whl"


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    """A very small bundle: the installer, a wheel and the lists."""
    folder = tmp_path / "小 包"
    (folder / "wheelhouse").mkdir(parents=True)
    for name in ("bootstrap.py", "offline.py", "uv.lock", "pyproject.toml", "config.toml"):
        shutil.copy(ROOT / name, folder)
    made_for = {**offline.this_machine(), "pythons": [HERE], "longest_path": 142, "uv": "uv.whl", "glibc": ""}
    (folder / offline.CONTENTS).write_text(json.dumps(made_for), encoding="utf-8")
    (folder / offline.REQUIREMENTS).write_text("", encoding="utf-8")
    write_tea(folder, "leaves")
    relist(folder)
    return folder


def write_tea(folder: Path, content: str) -> str:
    """A wheel that installs; its hash."""
    path = folder / TEA
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("tea.py", content)
        wheel.writestr("tea-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tea\nVersion: 1.0\n")
        wheel.writestr(
            "tea-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr("tea-1.0.dist-info/RECORD", "")
    return offline.sha256(path)


def relist(folder: Path) -> None:
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != offline.MANIFEST]
    hashes = {path.relative_to(folder).as_posix(): offline.sha256(path) for path in files}
    (folder / offline.MANIFEST).write_text(offline.manifest_text(hashes), encoding="utf-8")


def bootstrapped(folder: Path, command: str) -> tuple[int, str]:
    done = subprocess.run(
        [BASE_PYTHON, "bootstrap.py", command],
        cwd=folder,
        env={**os.environ, "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_whole_bundle_is_said_to_be_whole(unpacked: Path):
    (unpacked / "config.toml").write_text("# the county's own", encoding="utf-8")
    code, said = bootstrapped(unpacked, "verify")
    assert code == 0
    assert "安装包完整,可以装在这台电脑上:8 个文件" in said
    assert "The bundle is whole and fits this machine: 8 files" in said


def alter(path: Path) -> None:
    path.write_bytes(b"LEAVES")


@pytest.mark.parametrize("command", ["verify", "sync"])
@pytest.mark.parametrize(
    ("file", "harm", "chinese", "english"),
    [
        (TEA, alter, "和清单不符 1 个文件", "1 altered"),
        (TEA, Path.unlink, "缺少 1 个文件", "1 missing"),
        ("uv.lock", alter, "和清单不符 1 个文件", "1 altered"),
        (offline.MANIFEST, Path.unlink, "没有文件清单", "its list of files"),
        (offline.CONTENTS, Path.unlink, "缺少 1 个文件", "1 missing"),
    ],
)
def test_a_damaged_bundle_is_not_installed_and_says_what_is_wrong(
    unpacked: Path, command: str, file: str, harm: Callable[[Path], object], chinese: str, english: str
):
    harm(unpacked / file)
    code, said = bootstrapped(unpacked, command)
    assert code == 2
    assert chinese in said and english in said and file in said
    assert "Traceback" not in said
    assert not (unpacked / ".venv").exists()


@on_linux
def test_only_the_locks_own_wheel_is_installed(unpacked: Path):
    """Whoever alters a wheel and the list of files has still not the hash that uv.lock knows."""
    chosen = bundling.wheels(ROOT / "uv.lock", bundling.exported("--only-group", "bundle"), LINUX, HERE)
    bundling.download(chosen, LINUX, HERE)
    (uv,) = chosen
    shutil.copy(uv.cached, unpacked / "wheelhouse")
    contents = offline.contents(unpacked) | {"uv": uv.file}
    (unpacked / offline.CONTENTS).write_text(json.dumps(contents), encoding="utf-8")
    known = write_tea(unpacked, "leaves")
    (unpacked / offline.REQUIREMENTS).write_text(f"tea==1.0 --hash=sha256:{known}\n", encoding="utf-8")
    relist(unpacked)
    assert bootstrapped(unpacked, "sync")[0] == 0
    assert list(unpacked.glob(".venv/**/tea.py"))

    shutil.rmtree(unpacked / ".venv")
    write_tea(unpacked, "forged")
    relist(unpacked)
    assert bootstrapped(unpacked, "verify")[0] == 0
    code, said = bootstrapped(unpacked, "sync")
    assert code != 0
    assert "Hash mismatch" in said
    assert "没有装上,见上面 uv 的说明" in said and "The installation failed" in said
    assert not list(unpacked.glob(".venv/**/tea.py"))


def misfit(folder: str = "/srv/guanmo", **here: str) -> tuple[str, str] | None:
    made_for = {"platform": "linux-x86_64", "pythons": ["3.11", "3.12"], "glibc": "2.28", "longest_path": 142}
    if here.get("platform", "").startswith("win"):
        made_for |= {"platform": "win-amd64", "glibc": ""}
    fitting = {"platform": "linux-x86_64", "python": "3.12", "glibc": "2.36"}
    return offline.misfit(made_for, {**fitting, **here}, Path(folder))


def test_the_machine_that_it_was_made_for_fits():
    assert misfit() is None
    assert misfit(glibc="2.28") is None
    assert misfit(platform="win-amd64", glibc="") is None


@pytest.mark.parametrize(
    ("here", "chinese", "english"),
    [
        ({"platform": "linux-aarch64"}, "是给 linux-x86_64 的", "is for linux-x86_64"),
        ({"platform": "win32"}, "64 位的 Python", "a 64-bit Python"),
        ({"python": "3.14"}, "python3.12 bootstrap.py run", "Python 3.11, 3.12"),
        (
            {"platform": "win-amd64", "python": "3.14"},
            "py -3.12 bootstrap.py run",
            "py -3.12 bootstrap.py run",
        ),
        # 2.9 is older than 2.28.
        ({"glibc": "2.9"}, "需要 glibc 2.28", "this is 2.9"),
        ({"glibc": ""}, "别的 C 库", "another C library"),
        ({"platform": "win-amd64", "folder": "D:/" + "村" * 120}, "路径太长", "at most 117"),
    ],
)
def test_another_machine_is_told_what_it_needs(here: dict[str, str], chinese: str, english: str):
    fault = misfit(**here)
    assert fault is not None
    assert chinese in fault[0] and english in fault[1]


def test_verify_outside_a_bundle_says_so(tmp_path: Path):
    for name in ("bootstrap.py", "offline.py"):
        shutil.copy(ROOT / name, tmp_path)
    code, said = bootstrapped(tmp_path, "verify")
    assert code == 2 and "这里不是离线安装包" in said and "no offline bundle" in said


def test_a_bundle_brings_no_tests(unpacked: Path):
    code, said = bootstrapped(unpacked, "test")
    assert code == 2 and "离线安装包里没有测试" in said
