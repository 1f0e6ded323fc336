"""Whoever may not see everything can get at nothing of others: on every page, part, deep link, download and route.

By construction: pages come from ui.navigation.PAGES, parts from what each page offers, marks from the contract
(tests/pages/secrets.py), routes from the server. A new page, part, table, column or route is covered without being named.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

import server
from access import scope
from access.people import NOBODY, OPERATOR, PUBLIC, Principal
from data_loaders.contract import TABLES, Dataset, Limits, Manifest
from exports import place_card
from records.snapshots import snapshots, take
from settings import parse_settings
from settings.access import Public
from tests.pages import county, secrets
from tests.pages.conftest import ROOT, Open, Opened, publish_tables, walk
from ui import cached, downloads, gate, limits, place_cards, viewer
from ui.navigation import PAGES

TOWNSHIP = Principal("township", (secrets.OWN,), who="t")
BUREAU = Principal("bureau", units=("县林业局",), who="b")
VIEWERS = {"township": TOWNSHIP, "bureau": BUREAU, "public": PUBLIC}
VILLAGE_OF_OTHERS = "990102001001"
_DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
OPEN_ROUTES = ("bundle/{digest}/{name}", "stage/{digest}/{file}", "tiles/{path:path}")
"""Our own scripts and the base map: the same for everybody, and made of nothing of the county's."""


@dataclass
class Place:
    """A published county for one viewer, and all that reached them, by where it came from."""

    folder: Path
    figures: dict[float, str]
    files: list[tuple[str, Callable[[], bytes]]] = field(default_factory=list)
    found: dict[str, set[str]] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)  # what the reader wrote into the address is no news to them
    looked_at: int = 0

    def look(self, where: str, content: bytes) -> None:
        self.looked_at += 1
        if marks := secrets.marks_in(content, self.figures) - self.asked:
            self.found.setdefault(where, set()).update(marks)

    def look_at(self, where: str, opened: Opened) -> None:
        """Everything that the page sends, and every file that it offers."""
        for kind, content in secrets.sent(opened.app._tree):
            self.look(f"{where} {kind}", content)
        for name, make in self.files:
            for part in secrets.texts_of(make()):
                self.look(f"{where} {name}", part)
        self.files.clear()


def published_for(folder: Path, who: Principal, monkeypatch: pytest.MonkeyPatch) -> Place:
    """The county in which all that is not the viewer's is marked, and the viewer in front of it."""
    folder.mkdir(exist_ok=True)
    records, evidence = folder / "records", folder / "evidence"
    config = county.CONFIG.replace(
        "[paths]", f'[paths]\nrecords = "{records.as_posix()}"\nevidence = "{evidence.as_posix()}"', 1
    ).replace(
        "target = 3\n",
        'target = 3\nmixes = [{ name = "在棚", parts = ["households_measures_2", "households_measures_3"] }]\n',
        1,
    )
    (folder / "config.toml").write_text(config, encoding="utf-8")
    tables, figures = secrets.marked_county(who)
    for id in tables["problems"]["problem_id"]:
        (evidence / id).mkdir(parents=True)
        (evidence / id / f"{id}.pdf").write_bytes(b"%PDF-1.4 " + id.encode())
    version = publish_tables(folder / "prepared", tables, config)
    take(records, "第一次会议", version, county.AS_OF, None, datetime(2026, 11, 16, tzinfo=UTC))
    monkeypatch.setenv("GUANMO_CONFIG", str(folder / "config.toml"))
    monkeypatch.setattr(viewer, "viewer", lambda: who)
    place = Place(folder, figures)
    monkeypatch.setattr(downloads, "offer", _noting(place))
    # A drawn card is a picture, in which no mark could be read: what it is drawn from can be.
    monkeypatch.setattr(place_card, "place_card", lambda facts, *_: repr(facts).encode())
    monkeypatch.setattr(place_card, "place_cards", lambda facts, *_: repr(facts).encode())
    monkeypatch.setattr(place_cards, "card_fonts", lambda _, fonts: fonts)
    monkeypatch.setattr(place_cards, "png_of", lambda said, _: _seen(place, said))
    return place


def _seen(place: Place, said: bytes) -> bytes:
    place.look("一口清", said)
    return _DOT


def _noting(place: Place) -> Callable[..., None]:
    """What stands in for the one seam of all downloads: whatever may be taken away is looked into at once."""

    def offer(name: str, label: str, make: Callable[[], bytes], *, file_name: str, **_: Any) -> None:
        if downloads.may(name):
            place.files.append((f"{name} {label} {file_name}", make))
            place.look(f"{name} {file_name}", f"{label} {file_name}".encode())

    return offer


def every_part(open_page: Open, path: str, **query: str) -> Iterator[tuple[str, Opened]]:
    """The page, and every option of every chooser on it, each once, with what was chosen to get there."""
    seen: set[tuple[str, str]] = set()
    todo: list[dict[str, str]] = [query]
    while todo:
        asked = todo.pop()
        opened = open_page(path, **asked)
        yield f"/{path}?{asked}", opened
        for group in opened.app.button_group:
            for option in group.proto.options:
                choice = str(group.key), option.content
                if choice not in seen and group.key not in asked:
                    seen.add(choice)
                    todo.append({**asked, choice[0]: choice[1]})


def deep_links(data: Dataset, snapshot: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Addresses that somebody may have been sent, or guess."""
    for place in (secrets.OTHER, VILLAGE_OF_OTHERS, county.COUNTY):
        yield "overview", {"place": place}
        yield "map", {"place": place, "card": "1", "overlays": "problems.enterprises.stops.blank"}
        yield "industry", {"place": place, "part": "按产业看", "indicator": "pig_sold"}
        yield "enterprises", {"place": place, "part": "名单"}
        yield "ranking", {"place": place}
        yield "rectification", {"place": place, "part": "清单"}
        yield "papers", {"place": place, "part": "一口清"}
    yield "map", {"overlays": "problems.enterprises.stops.blank", "level": "乡镇"}
    yield "map", {"select": "pig_sold>0", "level": "村"}
    theirs = data.problems["problem_id"].str.startswith(secrets.WORD)
    for id in (data.problems.loc[theirs, "problem_id"].iloc[0], "不公开0001"):
        yield "rectification", {"part": "清单", "problem": str(id)}
    for stop in range(1, len(data.stops) + 1):
        yield "observation", {"part": "观摩点", "stop": str(stop)}
    yield "enterprises", {"part": "名单", "find": secrets.WORD}
    yield "overview", {"snapshot": snapshot}
    yield "overview", {"since": "2026-08-01", "present": "1"}
    yield "rectification", {"present": "1"}


@pytest.mark.parametrize("kind", VIEWERS)
def test_nobody_gets_at_anything_of_others(
    kind: str, tmp_path: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch
):
    place = published_for(tmp_path, VIEWERS[kind], monkeypatch)
    explore(place, open_page, is_thorough=kind == "township")
    assert place.looked_at > 1000
    assert place.found == {}


def test_it_is_not_the_pages_restraint_that_keeps_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Pages that offered every place and part, and even broke, would show no more: it is not in the data set."""
    place = published_for(tmp_path, TOWNSHIP, monkeypatch)
    explore_unrestrained(place, monkeypatch)
    assert place.looked_at > 300
    assert place.found == {}


def explore_unrestrained(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Go to another township's pages, with nothing in the way but the gate."""
    monkeypatch.setattr(limits, "can_show", lambda *_: True)
    monkeypatch.setattr(limits, "closed", lambda *_: "")
    monkeypatch.setattr(limits, "parts", lambda _, __, offered: offered)
    monkeypatch.setattr(limits, "is_sums_only", lambda _: False)
    monkeypatch.setattr(Limits, "has_all_of", lambda *_: True)
    for path in ("map", "industry", "enterprises", "quality"):
        for where, opened in every_part(_whatever_comes, path, place=secrets.OTHER):
            place.look_at(where, opened)
    for path, query in (
        ("map", {"place": VILLAGE_OF_OTHERS, "card": "1"}),
        ("rectification", {"part": "清单"}),
        *(
            ("rectification", {"part": "清单", "problem": id})
            for id in cached.current().problems["problem_id"]
        ),
    ):
        place.asked = set(query.values())
        place.look_at(path, _whatever_comes(path, **query))


def _whatever_comes(path: str, **query: str) -> Opened:
    """The page, also where it breaks."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    app._page_hash = calc_hash(path)
    return Opened(app.run())


def explore(place: Place, open_page: Open, *, is_thorough: bool = True) -> None:
    """Go everywhere."""
    whole = cached.current()
    for page in PAGES:
        for where, opened in every_part(open_page, page.path):
            place.look_at(where, opened)
    if is_thorough:
        (snapshot,) = snapshots(cached.config().paths.records)
        for path, query in deep_links(whole, snapshot.id):
            place.asked = set(query.values())
            place.look_at(f"/{path}?{query}", open_page(path, **query))
        _search(place, open_page)


def _search(place: Place, open_page: Open) -> None:
    opened = open_page("map")
    for words in ("云溪", "yx", secrets.WORD):
        opened.app.text_input(key="find_place").set_value(words).run()
        place.look_at(f"找村 {words}", opened)
        assert not [
            each for each in walk(opened.app._tree) if "found_9901020010" in str(getattr(each, "key", ""))
        ]


def test_whoever_sees_all_meets_the_marks(tmp_path: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch):
    """What is looked for can be found: else the test above would find nothing whatever was shown."""
    place = published_for(tmp_path, TOWNSHIP, monkeypatch)
    monkeypatch.setattr(viewer, "viewer", lambda: OPERATOR)
    for path, query in (
        ("rectification", {"part": "清单"}),
        ("enterprises", {"part": "名单"}),
        ("quality", {"part": "检查问题"}),
        ("observation", {"part": "观摩点", "stop": "1"}),
        ("map", {"overlays": "enterprises"}),
        ("industry", {"part": "按产业看", "place": secrets.OTHER, "indicator": "mushroom_bags"}),
    ):
        place.look_at(path, open_page(path, **query))
    said = " ".join(each for marks in place.found.values() for each in marks)
    for table in ("problems.text", "enterprises.name", "faults.message", "stops.talking_points", "enterprises.jobs",
                  "observations.value"):  # fmt: skip
        assert table in said, f"{table}: {sorted(place.found)}"


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("kind", VIEWERS)
def test_no_table_holds_a_mark(kind: str, table: str):
    tables, figures = secrets.marked_county(VIEWERS[kind])
    data = scope.scoped(_dataset(tables), VIEWERS[kind], Public())
    assert marks_of(data.tables[table].to_csv(), figures) == set()
    assert list(data.tables[table].dtypes) == list(tables[table].dtypes)


@pytest.mark.parametrize("kind", VIEWERS)
def test_no_published_figure_is_a_mark(kind: str):
    tables, figures = secrets.marked_county(VIEWERS[kind])
    seen = scope.scoped(_dataset(tables), VIEWERS[kind], Public()).limits
    assert seen is not None
    published = seen.published
    frames = [
        published.values(each, level) for each in published.indicators for level in ("township", "county")
    ]
    frames += [published.history(None), published.jobs("place_code"), published.jobs("industry")]
    assert len(frames[0])
    assert set().union(*(marks_of(frame.to_csv(), figures) for frame in frames)) == set()


def marks_of(text: str, figures: dict[float, str]) -> set[str]:
    return secrets.marks_in(text.replace(",", " ").encode(), figures)


def _dataset(tables: dict[str, Any]) -> Dataset:
    manifest = Manifest("v", 1, county.AS_OF, "", {}, "", (), (), {}, {}, {}, ())
    return Dataset(manifest, parse_settings(county.CONFIG), tables)


class TestRoutes:
    def test_every_route_is_asked_and_none_gives_anything_of_others(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        place = published_for(tmp_path, TOWNSHIP, monkeypatch)
        version, asked = cached.current().version, 0
        with client_of_ours() as client, viewer.asking(TOWNSHIP):
            for route in ours():
                if route.path.lstrip("/") in OPEN_ROUTES:
                    continue
                path = route.path.format(version=version, file="faults.xlsx", path="", name="x", digest="x")
                for query in ({}, {"route": "第一路线"}, {"agenda": "x"}, {"stop": "1", "route": "第一路线"}):
                    answer = client.get(path, params=query)
                    place.look(f"{path}?{query}", answer.content)
                    asked += 1
        assert asked > len(PAGES)
        assert place.found == {}

    @pytest.mark.parametrize(
        "file",
        [
            "faults.xlsx",
            "problems.parquet",
            "manifest.json",
            "config.toml",
            "..%2Ffaults.xlsx",
            "%2e%2e/CURRENT",
        ],
    )
    def test_geometry_gives_map_layers_and_no_other_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str
    ):
        published_for(tmp_path, TOWNSHIP, monkeypatch)
        with client_of_ours() as client:
            answer = client.get(f"/geometry/{cached.current().version}/{file}")
        assert answer.status_code in (403, 404)


def ours() -> Iterator[Route]:
    """The routes that the server adds to Streamlit's."""
    yield from (route for route in server.app._user_routes if isinstance(route, Route))


def client_of_ours() -> TestClient:
    return TestClient(Starlette(routes=list(ours())), raise_server_exceptions=False)


def test_nobody_sees_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    published_for(tmp_path, NOBODY, monkeypatch)
    with pytest.raises(gate.NoAccess, match="没有分配查看权限"):
        gate.current()
    tables, _ = secrets.marked_county(NOBODY)
    assert not any(len(rows) for rows in scope.scoped(_dataset(tables), NOBODY, Public()).tables.values())


class TestWhatALimitedReaderIsTold:
    def test_a_townships_pages_are_its_own(
        self, full: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(viewer, "viewer", lambda: TOWNSHIP)
        page = open_page("overview")
        assert page.params["place"] == secrets.OWN
        assert "只显示石门乡的数据和公开的排名" in page.text
        asked = open_page("overview", place=secrets.OTHER)
        assert asked.params["place"] == secrets.OWN
        assert "云溪镇的数据不对你开放,现在显示石门乡。" in asked.text
        assert "小河县的数据不对你开放" in open_page("overview", place=county.COUNTY).text

    def test_its_rank_is_the_whole_countys(
        self, full: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch
    ):
        def standing() -> list[str]:
            return re.findall(r">(\d/3)<", open_page("overview", place=secrets.OWN).text)

        # Nothing is left out for being small: then a township reads the ranks that the county reads.
        config = full.parent / "config.toml"
        config.write_text(f"{county.CONFIG}\n[access.public]\nsmall_count = 1\n", encoding="utf-8")
        county_reads = standing()
        monkeypatch.setattr(viewer, "viewer", lambda: TOWNSHIP)
        assert county_reads
        assert standing() == county_reads

    def test_the_public_is_told_what_is_not_public(
        self, full: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(viewer, "viewer", lambda: PUBLIC)
        assert "公开版:只显示公开的数。少于5的户数、人数、主体家数不公开" in open_page("overview").text
        assert "数据质量不公开。" in open_page("quality").text
        assert "明细数据不公开,现在显示全县公开的数。" in open_page("map", place=secrets.OTHER).text
        assert "没有漏报" not in open_page("overview").text

    def test_nothing_public_closes_the_pages(
        self, full: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch
    ):
        nothing = 'observations = "none"\nproblems = "none"\nenterprises = "none"\nstops = false\n'
        config = full.parent / "config.toml"
        config.write_text(f"{county.CONFIG}\n[access.public]\n{nothing}", encoding="utf-8")
        for who in (PUBLIC, TOWNSHIP):
            monkeypatch.setattr(viewer, "viewer", lambda who=who: who)
            assert "乡镇排名不公开。" in open_page("ranking").text
            for page in PAGES:
                open_page(page.path)
        monkeypatch.setattr(viewer, "viewer", lambda: PUBLIC)
        for path, said in (
            ("map", "各项指标不公开。"),
            ("rectification", "检查反馈问题不公开。"),
            ("enterprises", "台账不公开。"),
        ):
            assert said in open_page(path).text
