"""The single modules at the top keep to the layers too; import-linter sees packages only."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
OURS = {path.stem for path in ROOT.glob("*.py")} | {path.parent.name for path in ROOT.glob("*/__init__.py")}


def imported(script: Path) -> set[str]:
    """Top-level names of everything a file imports, wherever in it."""
    tree = ast.parse(script.read_text(encoding="utf-8"))
    names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize(
    "module", ["settings/__init__", "settings/frozen", "settings/meeting", "faults", "wording", "zips"]
)
def test_base_modules_import_nothing_of_ours(module: str):
    assert imported(ROOT / f"{module}.py") & OURS <= {"faults", "settings"}


def test_bootstrap_runs_before_anything_is_installed():
    assert imported(ROOT / "bootstrap.py") <= set(sys.stdlib_module_names)


def test_prepare_knows_nothing_of_the_app():
    assert not imported(ROOT / "prepare.py") & {"streamlit", "ui", "pages", "charts", "metrics", "demo"}


@pytest.mark.parametrize(
    "script", ["app.py", "server.py", *sorted(f"pages/{p.name}" for p in (ROOT / "pages").glob("*.py"))]
)
def test_the_app_never_reads_raw_files(script: str):
    readers = {"python_calamine", "openpyxl", "xlsxwriter", "pyogrio", "demo", "prepare"}
    assert not imported(ROOT / script) & readers


def test_only_the_edge_imports_streamlit():
    tracked = [path for path in ROOT.rglob("*.py") if not path.relative_to(ROOT).parts[0].startswith(".")]
    users = {path.relative_to(ROOT).parts[0] for path in tracked if "streamlit" in imported(path)}
    assert users - {"tests", "benchmarks"} <= {"app.py", "server.py", "pages", "ui"}
