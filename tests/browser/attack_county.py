"""The demo county, cut down to four townships, in which every word that somebody wrote is an attack.

In: a prepared demo county. Out: config.toml, a published version and records, in which each column of each ledger, each
name and note of the config and everything that people type on screen carries a payload. A payload begins with a mark of
its column, so that what goes wrong says where it came from. Loaders are passed over on purpose: what they would mend
is not mended here.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from data_loaders.contract import TABLES, SourceFile, conform
from data_loaders.publish import publish
from records import agendas, scores, snapshots
from settings import parse_settings
from settings.meeting import Agenda, AgendaItem
from tests.conftest import ROOT, County
from tests.pages.hostile_county import OURS
from tests.pages.map_page import squares

EVIL = "evil.invalid"
# Short enough to be whole where a name is cut off, and where the config allows twenty letters.
SHORT = "<b class=pwned>x"
ELEMENTS = f"{SHORT}</b><a href=http://{EVIL}/>y</a><img src=//{EVIL}/i onerror=window.pwned=1>"
MARKDOWN = f"![x](http://{EVIL}/m)[y](javascript:window.pwned=2):red[z]:material/bomb:$$w$$"
TEMPLATES = "${window.pwned=3}{{7777*7}}"
BREAKS = "\"' class=pwned onpointerover=window.pwned=4 x='`+(window.pwned=5)+`</script><script>window.pwned=6</script>"

TOWNSHIPS = ("990101001", "990101107", "990101111", "990101112")
TOWNSHIP = "990101107000"
VILLAGES_EACH, PROBLEMS_EACH = 4, 10
AS_OF = date(2026, 11, 15)
NOW = datetime(2026, 11, 15, 9, tzinfo=UTC)

# Keys of the config whose text is for people to read.
CONFIG_TEXTS = {
    "name", "title", "source_note", "group", "say", "speaker", "about", "issuer", "number", "requirements",
    "attribution", "map_number", "unit",
}  # fmt: skip
# Keys that the program itself goes by, or that only preparing reads.
CONFIG_OURS = {
    "account_claim", "address", "aliases", "allowed", "block", "capacity", "choices", "claim", "code", "code_field",
    "column", "constants", "conversions", "crs", "denominator", "done_words", "equals", "fields", "figures", "files", "fillers",
    "groups", "header", "headers", "headline", "hosts", "households", "id", "immediate", "indicator", "indicators", "industries", "industry",
    "instead_of", "lat_field", "leave_out", "lon_field", "match", "measures", "money", "name_claim", "name_field", "names",
    "numerator", "of", "open_ended", "open_words", "optional_fields", "page", "parent_field", "parts", "pattern",
    "period_pattern", "place_claim", "reference", "restricted", "sheet", "sources", "starts", "status_words", "step_words", "supply", "synonyms",
    "township", "township_pattern", "unit_claim", "value", "values", "village", "whole",
}  # fmt: skip
LONGEST = {"criteria": 20, "agendas": 60}  # letters that the config allows


def payload(mark: str, at: int = 0, longest: int = 400) -> str:
    """An attack by every way at once; every second one leads with what breaks out of quotes."""
    ways = (ELEMENTS, MARKDOWN, TEMPLATES, BREAKS)
    words = f"{mark}.{at}" + "".join((ways[3], *ways[:3]) if at % 2 else ways)
    return words if len(words) <= longest else f"{SHORT}{at}{mark}"[:longest]


def mark_of(table: str, column: str) -> str:
    """What the payloads of a column begin with."""
    return f"{table}-{column}"


def hostile_columns() -> list[tuple[str, str]]:
    """Every column of every table that holds somebody's words."""
    return [
        (table, column)
        for table, columns in TABLES.items()
        for column, kind in columns.items()
        if kind == "str" and column not in OURS and (table, column) != ("faults", "kind")
    ]


# ── tables ───────────────────────────────────────────────────────────────────────────────────
def tables(published: Path) -> dict[str, pd.DataFrame]:
    """All tables of the version, cut down, with every text hostile; keys stay keys."""
    made = _cut({name: pd.read_parquet(published / f"{name}.parquet") for name in TABLES})
    ids = {
        old: payload("problems-problem_id", at, 60) for at, old in enumerate(made["problems"]["problem_id"])
    }
    for table, column in hostile_columns():
        old = made[table][column]
        made[table][column] = (
            old.map(ids) if column == "problem_id" else _attacked(old, f"{table}-{column}")
        )  # fmt: skip
    return {name: conform(name, table) for name, table in made.items()}


def _cut(whole: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Four townships with some villages each, those of stops first, and what belongs to them."""
    stops = whole["stops"]
    stops = stops.loc[stops["place_code"].str[:9].isin(TOWNSHIPS)]
    places = whole["places"]
    villages = places.loc[(places["level"] == "village") & places["place_code"].str[:9].isin(TOWNSHIPS)]
    villages = villages.assign(is_stop=villages["place_code"].isin(stops["place_code"]))
    villages = villages.sort_values("is_stop", ascending=False, kind="stable")
    villages = villages.groupby("parent_code").head(VILLAGES_EACH)
    kept = {"990101000000", *(f"{each}000" for each in TOWNSHIPS), *villages["place_code"]}
    made = {
        name: table.loc[table["place_code"].isin(kept)] if "place_code" in table else table
        for name, table in (whole | {"stops": stops}).items()
    }
    problems = made["problems"].sort_values("found_on", ascending=False)
    made["problems"] = problems.groupby(problems["place_code"].str[:9]).head(PROBLEMS_EACH)
    events = made["problem_events"]
    made["problem_events"] = events.loc[events["problem_id"].isin(made["problems"]["problem_id"])]
    made["placements"] = whole["placements"].assign(how="none", place_code=None).head(30)
    made["faults"] = whole["faults"].assign(place_code=TOWNSHIP)
    observations = made["observations"]
    made["observations"] = observations.loc[observations["period"] >= "2025-06"]
    return {name: table.reset_index(drop=True) for name, table in made.items()}


def _attacked(column: pd.Series, mark: str) -> pd.Series:
    """A payload for each text that differs, so that what belongs together still does; for a column of none, for every row."""
    if column.isna().all():
        return pd.Series([payload(mark, at) for at in range(len(column))], index=column.index)
    at, _ = pd.factorize(column)
    texts: list[Any] = [None if each < 0 else payload(mark, int(each)) for each in at]
    return pd.Series(texts, index=column.index)


# ── config ───────────────────────────────────────────────────────────────────────────────────
def config(folder: Path) -> str:
    """The demo county's config with attacks for words; the town names in [ranking.groups] become codes."""
    known = tomllib.loads((ROOT / "config.toml").read_text(encoding="utf-8"))
    known["ranking"]["groups"] = {
        payload("ranking-groups", at, 60): [f"{each}000" for each in TOWNSHIPS[2 * at : 2 * at + 2]]
        for at in range(2)
    }

    known["papers"]["number"] = "x"
    known["map"] = {
        "map_number": "x",
        "base": {"kind": "tiles", "path": "没有", "datum": "wgs84", "title": "x", "attribution": "x"},
    }
    known["presentation"]["agendas"][0]["items"][0]["speaker"] = "x"
    known["presentation"]["agendas"][0]["items"][0]["title"] = "x"
    for check in ("checks", "reconcile", "units"):
        known.pop(check, None)
    for source in known["sources"]:
        source.pop("tables", None)
    return "\n".join(f"{name} = {_toml(_written(value, name))}" for name, value in known.items())


def _written(value: Any, path: str, at: int = 0) -> Any:
    """The same value with every text for people replaced; `at` is its place in a list."""
    if isinstance(value, dict):
        return {name: _written(each, f"{path}-{name}", at) for name, each in value.items()}
    if isinstance(value, list):
        return [_written(each, path, number) for number, each in enumerate(value)]
    key = path.rpartition("-")[2]
    if not isinstance(value, str) or key not in CONFIG_TEXTS or value == "%":
        return value
    if key == "unit":  # units are compared: the same word is the same payload
        return payload(f"unit-{value}", 0, 60)
    return payload(path, at, next((most for part, most in LONGEST.items() if part in path), 400))


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_toml(str(name))} = {_toml(each)}" for name, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)


# ── all of it, on disk ───────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Attacked:
    """The county, and what addresses of it need."""

    county: County
    agenda: str
    snapshot: str
    code: str  # that a phone types to score
    problem: str


def write(folder: Path, demo: Path) -> Attacked:
    """Publish it below the folder, and keep what people would have typed."""
    county = County(folder)
    text = config(folder)
    county.config.write_text(text, encoding="utf-8")
    made = tables(demo)
    villages = list(made["places"].loc[made["places"]["level"] == "village", "place_code"])
    version = publish(
        out=county.prepared,
        tables=made,
        layers=[squares("village", villages), squares("township", [f"{each}000" for each in TOWNSHIPS])],
        settings=parse_settings(text),
        config=text.encode(),
        as_of=AS_OF,
        prepared_at="2026-11-15T08:00:00+00:00",
        sources=[SourceFile("industry_monthly", payload("manifest-file", 0), "ab" * 32, 9000, 100, 1)],
        faults={"error": 3},
    ).version
    records = county.folder / "data" / "records"
    agenda = Agenda(
        name=payload("agenda-name", 0, 60),
        items=tuple(
            AgendaItem(
                page=page, title=payload("agenda-title", at), say=payload("agenda-say", at), speaker=payload("agenda-speaker", at)
            )
            for at, page in enumerate(("overview", "rectification"))
        ),
    )  # fmt: skip
    agendas.save_agenda(records, agenda, NOW, None)
    snapshot = snapshots.take(records, payload("snapshot-name"), version, AS_OF, agenda, NOW)
    stops = made["stops"]
    route = str(stops["route"].iloc[0])
    rules = scores.Rules(criteria=parse_settings(text).observation.criteria, trim_share=0.1, min_scores=1)
    its = [
        scores.Stop(
            scores.stop_key(route, int(number), title), int(number), title, None, payload("score-where")
        )
        for number, title in stops.loc[stops["route"] == route, ["order", "title"]].itertuples(index=False)
    ]
    round = scores.create_round(
        records, route, payload("round-name", 0, 40), rules, its, [(payload("code-holder", at), None) for at in range(3)], NOW
    )  # fmt: skip
    scores.open_stops(records, round.id, NOW)
    code = scores.codes(records, round.id)[0].code
    return Attacked(county, agenda.name, snapshot.id, code, str(made["problems"]["problem_id"].iloc[0]))
