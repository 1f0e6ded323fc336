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
    "module",
    ["settings/__init__", "settings/frozen", "settings/meeting", "faults", "logs", "wording", "zips"],
)
def test_base_modules_import_nothing_of_ours(module: str):
    assert imported(ROOT / f"{module}.py") & OURS <= {"faults", "settings"}


def test_bootstrap_runs_before_anything_is_installed():
    assert imported(ROOT / "bootstrap.py") <= {*sys.stdlib_module_names, "offline"}
    assert imported(ROOT / "offline.py") <= set(sys.stdlib_module_names)


def test_prepare_knows_nothing_of_the_app():
    assert not imported(ROOT / "prepare.py") & {"streamlit", "ui", "pages", "charts", "metrics", "demo"}


@pytest.mark.parametrize(
    "script", ["app.py", "server.py", *sorted(f"pages/{p.name}" for p in (ROOT / "pages").glob("*.py"))]
)
def test_the_app_never_reads_raw_files(script: str):
    readers = {"python_calamine", "openpyxl", "xlsxwriter", "pyogrio", "demo", "prepare"}
    assert not imported(ROOT / script) & readers


def test_only_the_edge_imports_streamlit():
    folders = [path for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")]
    tracked = [*ROOT.glob("*.py"), *(path for folder in folders for path in folder.rglob("*.py"))]
    users = {path.relative_to(ROOT).parts[0] for path in tracked if "streamlit" in imported(path)}
    assert users - {"tests", "benchmarks"} <= {"app.py", "server.py", "pages", "ui"}


# gate: what leaves it is what the viewer may see. The others open the data set for everybody and show none of it: signed_in
# looks up the codes of townships by their names.
OPENERS = {"server.py", "ui/gate.py", "ui/warming.py", "ui/watching.py", "ui/signed_in.py"}


def test_only_the_gate_takes_data_from_the_store():
    left_out = ("tests", "benchmarks", "test-artifacts", "dist")
    folders = [path for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")]
    scripts = [path for folder in folders if folder.name not in left_out for path in folder.rglob("*.py")]
    users = {
        path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("*.py"), *scripts] if opens_the_store(path)
    }
    assert users <= OPENERS
    assert "ui/gate.py" in users  # it is looked for as it is written


def opens_the_store(script: Path) -> bool:
    """Whether a file asks ui.cached for a whole data set, by any name."""
    tree = ast.parse(script.read_text(encoding="utf-8"))
    if script.name == "cached.py":
        return False
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {
        alias.asname or alias.name
        for node in imports
        for alias in node.names
        if f"{getattr(node, 'module', None) or ''}.{alias.name}".strip(".") == "ui.cached"
    }
    taken = {
        alias.name
        for node in imports
        if isinstance(node, ast.ImportFrom) and node.module == "ui.cached"
        for alias in node.names
    }
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and (said := ast.unparse(node.value))
        if said in names or said.endswith(".cached")  # also gate.cached.current
    }
    return bool((used | taken) & {"current", "opened"})


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("from ui import cached\ncached.current()", True),
        ("from ui import cached as c\nread = c.opened", True),
        ("from ui.cached import current as now", True),
        ("import ui.cached\nui.cached.current()", True),
        ("import ui.cached as c\nc.current()", True),
        ("from ui import gate\ngate.cached.current()", True),
        ("from ui import gate\ngate.current()", False),
        ("from ui import cached\ncached.config()", False),
    ],
)
def test_however_it_is_written_who_asks_the_store_is_found(tmp_path: Path, code: str, found: bool):
    (script := tmp_path / "x.py").write_text(code, encoding="utf-8")
    assert opens_the_store(script) is found


def test_nothing_but_the_store_of_the_app_opens_a_version():
    """ui, pages and web read no Parquet behind the gate's back."""
    for folder in ("ui", "pages", "web"):
        for path in (ROOT / folder).rglob("*.py"):
            said = path.read_text(encoding="utf-8")
            assert path.name == "cached.py" or "open_version" not in said, path
            assert "read_parquet" not in said, path
            # What limits.published works with stays inside it.
            used = {node.attr for node in ast.walk(ast.parse(said)) if isinstance(node, ast.Attribute)}
            assert not used & {"_whole", "_work"}, path
