"""What tests of several packages share: the demo county, written and prepared once, and the real input."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings

from access.people import OPERATOR
from ui import viewer

ROOT = Path(__file__).resolve().parents[1]
REAL = ROOT.parent / "shared" / "real"

# The gate judges a change, not the day's luck: the same examples every time, as many as twenty minutes have room for.
# `make fuzz` looks for new ones.
settings.register_profile("gate", derandomize=True, deadline=None, max_examples=40)
settings.register_profile("fuzz", max_examples=2_000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "gate"))

PROGRAM = sys.modules["__main__"]


@pytest.fixture(autouse=True)
def program() -> None:
    """Each test begins in the program that pytest is: AppTest leaves its page behind as `__main__`.

    A process started from a later test would run that page, whose arguments are gone.
    """
    sys.modules["__main__"] = PROGRAM


@pytest.fixture(scope="session", autouse=True)
def at_the_machine() -> Iterator[None]:
    """Tests look as somebody who sits at the machine itself, unless they say otherwise: AppTest has no connection."""
    with pytest.MonkeyPatch.context() as patch, viewer.asking(OPERATOR):
        patch.setattr(viewer, "peer", lambda: "127.0.0.1")
        yield


@dataclass(frozen=True)
class County:
    """A county on disk: `folder` holds its config.toml, and below it what the config's [paths] say."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    @property
    def raw(self) -> Path:
        return self.folder / "data" / "raw"

    @property
    def prepared(self) -> Path:
        return self.folder / "data" / "prepared"

    @property
    def version(self) -> str:
        return (self.prepared / "CURRENT").read_text(encoding="utf-8").strip()

    @property
    def published(self) -> Path:
        """The folder of the current version."""
        return self.prepared / "versions" / self.version

    def prepare(self) -> None:
        """Publish what the raw folder holds now, by the same command as anybody else."""
        run_python("prepare.py", "--config", self.config)


def run_python(*arguments: str | Path) -> None:
    """Run a command of the project as its own process; its output is the failure's message."""
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(map(str, arguments))}\n{done.stdout}\n{done.stderr}"


@pytest.fixture(scope="session")
def demo_county(tmp_path_factory: pytest.TempPathFactory) -> County:
    """The demo county, written and prepared. Shared by the whole session: read it, never change it."""
    # Made once for all workers, which copy it: their servers write their own records and logs.
    base = tmp_path_factory.getbasetemp()
    made = County((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "made-demo-county")
    with FileLock(made.folder.with_suffix(".lock")):
        if not (made.prepared / "CURRENT").exists():
            made.folder.mkdir(exist_ok=True)
            made.config.write_bytes((ROOT / "config.toml").read_bytes())
            run_python("-m", "demo", "--raw", made.raw)
            made.prepare()
    return County(shutil.copytree(made.folder, tmp_path_factory.mktemp("demo-county") / "county"))


@pytest.fixture(scope="session")
def real() -> Path:
    """Real input that nobody on this project wrote; it lies beside the project and is no part of it."""
    if not REAL.is_dir():
        pytest.skip("没有真实数据文件夹 ../shared/real,跳过用真实台账的测试")
    return REAL
