"""Prepared data sets in tmp_path and an AppTest that opens any page of the app by its address."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Element
from streamlit.util import calc_hash

from data_loaders.contract import SourceFile
from data_loaders.publish import publish
from geo.layers import ScreenLayer
from settings import parse_settings
from tests.pages import county
from ui import cached

ROOT = Path(__file__).resolve().parents[2]

# Every run of an AppTest reads the metadata of all installed packages, looking for components: two thirds of its time.
# None is installed while tests run.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)


class Opened:
    """A page as a reader sees it: its texts, and the test driver for clicking."""

    def __init__(self, app: AppTest) -> None:
        self.app = app

    @property
    def text(self) -> str:
        """Every text on the page, one element after the other (tables as their cells)."""
        return "\n".join(_texts(self.app))

    @property
    def params(self) -> dict[str, str]:
        """The query parameters in the address."""
        found = self.app.query_params.items()
        return {name: value if isinstance(value, str) else value[0] for name, value in found if value}


def _texts(app: AppTest) -> Iterator[str]:
    stack: list[Block | Element] = [app._tree]
    while stack:
        node = stack.pop()
        if isinstance(node, Block):
            yield str(getattr(node, "label", "") or "")
            stack.extend(node.children.values())
            continue
        for name in ("label", "body", "placeholder"):
            yield str(getattr(node.proto, name, "") or "")
        value = getattr(node, "value", None)
        if isinstance(value, pd.DataFrame):
            yield " ".join([*map(str, value.columns), *map(str, value.to_numpy().ravel())])
        elif isinstance(value, str):
            yield value
        for name in ("spec", "columns"):  # a figure; a table's heads
            written = getattr(node.proto, name, None)
            if isinstance(written, str) and written:
                yield json.dumps(json.loads(written), ensure_ascii=False)


Open = Callable[..., Opened]


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    cached.forget_everything()
    yield
    cached.forget_everything()


@pytest.fixture
def prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the app reads from, empty yet."""
    (tmp_path / "config.toml").write_text(county.CONFIG, encoding="utf-8")
    monkeypatch.setenv("GUANMO_CONFIG", str(tmp_path / "config.toml"))
    return tmp_path / "prepared"


def publish_tables(
    prepared: Path,
    tables: dict[str, pd.DataFrame],
    config: str = county.CONFIG,
    layers: Sequence[ScreenLayer] = (),
) -> str:
    """Publish the tables as prepare.py does; returns the version's name. `layers`: the map's files."""
    counts = tables["faults"]["severity"].value_counts()
    return publish(
        out=prepared,
        tables=tables,
        layers=layers,
        settings=parse_settings(config),
        config=config.encode(),
        as_of=county.AS_OF,
        prepared_at="2026-11-15T08:00:00+00:00",
        sources=[SourceFile("industry_monthly", "2026年10月产业月报.xlsx", "ab" * 32, 9000, 100, 1)],
        faults={severity: int(counts.get(severity, 0)) for severity in ("error", "warning", "info")},
    ).version


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The two counties that most tests read, published once; each test has a copy of its own."""
    made = {}
    for name, tables in (("full", county.full()), ("only_places", county.only_places())):
        made[name] = tmp_path_factory.mktemp(name) / "prepared"
        publish_tables(made[name], tables)
    return made


@pytest.fixture
def full(prepared: Path, published: dict[str, Path]) -> Path:
    """A published county with something in every table."""
    shutil.copytree(published["full"], prepared)
    return prepared


@pytest.fixture
def only_places(prepared: Path, published: dict[str, Path]) -> Path:
    """A published county of which nobody has reported anything."""
    shutil.copytree(published["only_places"], prepared)
    return prepared


@pytest.fixture
def open_page() -> Open:
    """`open_page("ranking", place="990102002")` opens that page by its address and expects no exception."""

    def open_(path: str, **query: str) -> Opened:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
        for name, value in query.items():
            app.query_params[name] = value
        app._page_hash = calc_hash(path)  # how st.navigation identifies a page by its url_path
        app.run()
        assert not app.exception, [each.value for each in app.exception]
        return Opened(app)

    return open_


def unfold(opened: Opened, key: str) -> None:
    """Open a popover: what a click on its label does."""
    for node in walk(opened.app._tree):
        found = getattr(getattr(node, "proto", None), "popover", None)
        if found is not None and found.id.endswith(key):
            opened.app.session_state[found.id[found.id.index(key) :]] = True
            opened.app.run()
            assert not opened.app.exception, [each.value for each in opened.app.exception]
            return
    raise AssertionError(f"没有{key}")


def walk(node: Any) -> Iterator[Any]:
    yield node
    for child in getattr(node, "children", {}).values():
        yield from walk(child)
