"""The documents tell the truth: every key, column, unit, fault and command that the code has is in them."""

from __future__ import annotations

import ast
import inspect
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

import settings
from data_loaders import contract
from settings import DataKind, read_settings
from settings.frozen import Frozen

ROOT = Path(__file__).resolve().parents[1]
DATA = (ROOT / "docs" / "DATA.md").read_text(encoding="utf-8")
GLOSSARY = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
READMES = ("README.md", "README.zh-CN.md")

# Where DATA.md documents the keys of each model of settings; Settings' own keys stand anywhere in it.
CONFIG_SECTIONS = {
    "County": "`[county]`",
    "Paths": "`[paths]`",
    "Industry": "`[industries]`",
    "Indicator": "`[indicators]`",
    "Header": "`header`",
    "PeriodRule": "`period`",
    "ValueColumn": "`columns`",
    "RowRule": "Row rules",
    "PlaceColumns": "`places`",
    "Table": "`[[sources.tables]]`",
    "Source": "`[[sources]]`",
    "Check": "`[[checks]]`",
    "Tall": "`tall`",
    "Reconcile": "`[[reconcile]]`",
    "Suspicious": "`[suspicious]`",
    "Geography": "`[geography]`",
    "Personal": "`[personal]`",
    "Limits": "`[limits]`",
    "Map": "`[map]`",
    "BaseMap": "`[map]`",
    "RankingPart": "`[ranking]`",
    "Ranking": "`[ranking]`",
    "Overview": "`[overview]`",
    "Meeting": "`[overview]`",
    "Rule": "`[overview]`",
    "Coverage": "`[coverage]`",
    "Mix": "`[coverage]`",
    "Chain": "`[[chains]]`",
    "Funnel": "`[[funnels]]`",
    "FunnelStep": "`[[funnels]]`",
    "Problems": "`[problems]`",
    "Forecast": "`[problems.forecast]`",
    "SpotCheck": "`[problems.check]`",
    "Risk": "`[problems.check.risk]`",
    "Picture": "`[picture]`",
    "Presentation": "`[presentation]`",
    "Agenda": "`[[presentation.agendas]]`",
    "AgendaItem": "`[[presentation.agendas]]`",
    "Observation": "`[observation]`",
    "Criterion": "`[observation]`",
    "Papers": "`[papers]`",
    "Units": "`[units]`",
    "Reading": "`[reading]`",
    "Access": "`[access]`",
    "access.Public": "`[access.public]`",
    "access.Rule": "`[[access.rules]]`",
}
MODELS = {
    name: model
    for name, model in (vars(settings) | vars(settings.meeting)).items()
    if inspect.isclass(model) and issubclass(model, BaseModel) and model not in (BaseModel, Frozen)
}
# Called like models of other parts.
MODELS |= {"access.Public": settings.access.Public, "access.Rule": settings.access.Rule}


def section(title: str) -> str:
    """The part of DATA.md below the heading `### title`."""
    match = re.search(
        rf"^### {re.escape(title)}\n(.*?)(?=^##)", DATA + "\n##", flags=re.MULTILINE | re.DOTALL
    )
    assert match is not None, f"docs/DATA.md has no heading ### {title}"
    return match[1]


def test_every_settings_model_has_a_section():
    assert set(MODELS) == {*CONFIG_SECTIONS, "Settings"}


@pytest.mark.parametrize("model", CONFIG_SECTIONS)
def test_every_config_key_is_documented(model: str):
    text = section(CONFIG_SECTIONS[model])
    assert [key for key in MODELS[model].model_fields if f"| `{key}` |" not in text] == []


def test_every_section_of_a_config_is_documented():
    headings = re.findall(r"^### `\[+(\w+)\]+`", DATA, flags=re.MULTILINE)
    assert set(settings.Settings.model_fields) == set(headings)


@pytest.mark.parametrize("kind", get_args(DataKind))
def test_every_kind_of_source_has_an_example(kind: str):
    example = re.search(rf"^### `{kind}` — .*?```toml\n(.*?)```", DATA, flags=re.MULTILINE | re.DOTALL)
    assert example is not None
    assert f'kind = "{kind}"' in example[1]


def test_examples_are_valid_config():
    """What a reader copies from DATA.md must pass beside the rest of a config.

    Examples of layouts are parts of a source; tests/data_loaders/test_layouts.py reads them.
    """
    county = tomllib.loads((ROOT / "config.toml").read_text(encoding="utf-8")) | {"sources": []}
    for example in map(tomllib.loads, re.findall(r"```toml\n(.*?)```", DATA, flags=re.DOTALL)):
        if set(example) <= set(settings.Settings.model_fields) and not isinstance(
            example.get("sources"), dict
        ):
            for key, value in example.items():
                known = county.get(key, type(value)())
                county[key] = [*known, *value] if isinstance(value, list) else known | value
    parsed = settings.Settings.model_validate(county)
    assert {source.kind for source in parsed.sources} == set(get_args(DataKind))


@pytest.mark.parametrize("table", contract.TABLES)
def test_every_column_is_documented_with_its_type(table: str):
    text = section(table)
    own = {name: kind for name, kind in contract.TABLES[table].items() if name not in contract.SOURCE}
    assert [name for name, kind in own.items() if f"| `{name}` | {kind} |" not in text] == []
    has_source = set(contract.SOURCE) <= set(contract.TABLES[table])
    assert has_source == ("#source-columns" in text)


def test_source_columns_and_manifest_are_documented():
    text = section("Source columns")
    assert [name for name, kind in contract.SOURCE.items() if f"| `{name}` | {kind} |" not in text] == []
    manifest = section("manifest.json")
    for described in (contract.Manifest, contract.SourceFile, contract.MapLayer):
        assert [field.name for field in fields(described) if f"`{field.name}`" not in manifest] == []


def fault_kinds() -> set[str]:
    """Every literal that the checking code passes as a fault's kind, by position or by name."""
    scripts = [
        ROOT / "prepare.py",
        ROOT / "faults.py",
        *(ROOT / "data_loaders").rglob("*.py"),
        *(ROOT / "geo").rglob("*.py"),
    ]
    trees = [ast.parse(script.read_text(encoding="utf-8")) for script in scripts]
    positions = {"Fault": 1, **dict(takers_of_a_kind(trees))}
    return {kind for tree in trees for kind in literals(tree, positions)}


def takers_of_a_kind(trees: list[ast.Module]) -> Iterator[tuple[str, int]]:
    """Functions with a parameter called kind: their name and its position in a call."""
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.FunctionDef):
            names = [argument.arg for argument in node.args.args if argument.arg != "self"]
            if "kind" in names:
                yield node.name, names.index("kind")


def literals(tree: ast.Module, positions: dict[str, int]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            by_name = [keyword.value for keyword in node.keywords if keyword.arg == "kind"]
            position = positions.get(name)
            given = [] if position is None else by_name or node.args[position:][:1]
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "kind":
            given = [node.value]
        else:
            continue
        yield from (text for value in given for text in alternatives(value))


def alternatives(value: ast.expr) -> Iterator[str]:
    """The identifiers that an expression may be: a literal, or one of two."""
    if isinstance(value, ast.IfExp):
        yield from (*alternatives(value.body), *alternatives(value.orelse))
    elif isinstance(value, ast.Constant) and re.fullmatch(r"[a-z]+(_[a-z]+)*", str(value.value)):
        yield str(value.value)


def test_glossary_lists_every_kind_of_fault():
    kinds = fault_kinds()
    assert {"unknown_place", "not_a_number", "bad_coordinates"} <= kinds, "the search for kinds is broken"
    assert sorted(kind for kind in kinds if f"| `{kind}` |" not in GLOSSARY) == []


def test_glossary_lists_no_fault_that_does_not_exist():
    listed = GLOSSARY.partition("## Faults")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", listed, flags=re.MULTILINE)) == fault_kinds()


@pytest.mark.parametrize("config", ["config.toml", "examples/shennongjia/config.toml"])
def test_glossary_lists_every_indicator_and_unit(config: str):
    read = read_settings(ROOT / config)
    missing = [key for key in (*read.indicators, *read.industries) if f"`{key}`" not in GLOSSARY]
    missing += [spec.unit for spec in read.indicators.values() if f"| {spec.unit} |" not in GLOSSARY]
    assert missing == []


@pytest.mark.parametrize("readme", READMES)
def test_readme_names_only_commands_that_exist(readme: str):
    text = (ROOT / readme).read_text(encoding="utf-8")
    targets = set(
        re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    )
    named = set(re.findall(r"\bmake ([a-z]+)", text))
    assert named <= targets
    assert {"run", "test", "prepare"} <= named
    assert {"run.cmd", "test.cmd"} <= set(re.findall(r"\b\w+\.cmd\b", text))


@pytest.mark.parametrize("readme", READMES)
def test_readme_links_lead_somewhere(readme: str):
    links = re.findall(r"\]\(([^)#:]+)\)", (ROOT / readme).read_text(encoding="utf-8"))
    assert "docs/overview.png" in links
    assert [link for link in links if not (ROOT / link).exists()] == []


def project_files() -> list[Path]:
    """What git tracks or would track; without git, everything outside hidden and data folders."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    if shutil.which("git") and (ROOT / ".git").exists():
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
        return [ROOT / name for name in listed.split("\0") if name]
    tops = (top for top in ROOT.iterdir() if not top.name.startswith(".") and top.name not in NOT_OURS)
    found = (path for top in tops for path in ([top] if top.is_file() else top.rglob("*")))
    return [path for path in found if "__pycache__" not in path.parts]


NOT_OURS = {"data", "test-artifacts", "空表"}


def test_no_file_names_a_folder_of_one_machine():
    # Tests write to pytest's own tmp_path; nothing else needs such a name.
    folder = re.compile(r"(?<![\w.~-])/(?:work|tmp|root|home)/")
    found = []
    for path in project_files():
        if not path.is_file() or path.suffix in {".png", ".lock"} or path == Path(__file__).resolve():
            continue
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        found += [
            f"{path.relative_to(ROOT)}:{number}"
            for number, line in enumerate(lines, 1)
            if folder.search(line)
        ]
    assert found == []
