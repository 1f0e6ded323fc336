"""What readers do on each page, and how long the server takes for it.

In: a served county. Out: samples by page and part: `seen` (one choice after another, each made by somebody before),
`again` (the same view once more), `fresh` (a choice that nobody has made yet), milliseconds from question to end of
answer, with the server's processor time and the bytes. Refuses to count the first visits: they warm the server up.

A choice is a place, a period or an indicator in the address, as choosers, charts and links put it there. Which parts
a page has is read off the page: whatever PARTS names and is not there (yet) is left out.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle, islice

import pandas as pd

from benchmarks.map.county import County
from benchmarks.map.pages import Server
from benchmarks.pages.county import current
from benchmarks.pages.session import Answer, Failed, Session
from ui.navigation import PAGES

FLOOR = "empty page"
PARTS = ("part", "by", "view")
"""Names in the address under which pages keep which part of them is shown."""

SEEN, AGAIN, FRESH = 18, 15, 3
IDLE_SHARE, WARM_S = 0.05, 180  # of one processor; the longest that the server may take to warm itself up
SETTLED_S = 0.25  # the server tidies up after a run; that is no part of the next one's time

Choice = dict[str, str]


@dataclass
class Samples:
    """What was measured of one part; `reason` when it could not be."""

    page: str
    part: str = ""  # as its chooser calls it; "" for a page without parts
    of: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    reason: str | None = None

    @property
    def name(self) -> str:
        """The page, and the part where there are several."""
        return f"{self.page} · {self.part}" if self.part else self.page


@dataclass(frozen=True)
class Choices:
    """Addresses of one county: a handful that people go to and fro between, and some that nobody has seen."""

    seen: tuple[Choice, ...]
    fresh: tuple[Choice, ...]


def choices(county: County) -> Choices:
    """The same for every page; a page without a chooser of indicators does not mind one in its address."""
    folder = current(county)
    places = pd.read_parquet(folder / "places.parquet", columns=["place_code", "level"])
    figures = pd.read_parquet(folder / "observations.parquet", columns=["indicator_id", "period", "value"])
    reported = figures[figures["value"].notna()]
    months = sorted({period for period in reported["period"].unique() if "-" in period})
    indicators = list(reported["indicator_id"].value_counts().index[:4])
    townships = sorted(places.loc[places["level"] == "township", "place_code"])
    villages = sorted(places.loc[places["level"] == "village", "place_code"])
    a, b = townships[3], townships[8]
    seen: tuple[Choice, ...] = (
        {},
        {"place": a},
        {"place": b},
        {"period": months[-2]},
        {"place": a, "period": months[-2]},
        {"indicator": indicators[1]},
        {"indicator": indicators[2]},
        {"indicator": indicators[1], "place": b},
        {"place": villages[40]},
    )
    others = zip(townships[10:], months[-5:-14:-1], cycle(indicators), strict=False)
    fresh = tuple({"place": place, "period": month, "indicator": each} for place, month, each in others)
    return Choices(seen, fresh[:FRESH])


def wait_until_warm(server: Server) -> None:
    """Until the server has nothing to do of its own accord any more; a county's server has had all night for it."""
    with Session(server.address, PAGES[0].path) as session:
        session.go()
    until = time.monotonic() + WARM_S
    while time.monotonic() < until:
        before = server.cpu_s()
        time.sleep(2)
        if server.cpu_s() - before < 2 * IDLE_SHARE:
            return


def floor(server: Server) -> Samples:
    """The same for a page with hardly anything on it: what Streamlit and this machine take in any case."""
    found = Samples(FLOOR)
    with Session(server.address, "") as session:
        for _ in range(3):
            session.go()
        for name in ("seen", "again"):
            _batch(server, session, found, name, [{}] * SEEN, detail=False)
    return found


def measured(server: Server, county: County, only: set[str], detail: bool = False) -> Iterator[Samples]:
    """Every page and part, one after the other."""
    found = choices(county)
    for page in PAGES:
        if only and page.path not in only:
            continue
        try:
            parts = _parts(server, page.path)
        except (Failed, OSError, TimeoutError) as problem:
            yield Samples(page.path, reason=_said(problem))
            continue
        for fixed, part in parts:
            samples = Samples(page.path, part)
            print(f"{county.villages} {samples.name}", file=sys.stderr, flush=True)
            try:
                _measure(server, page.path, fixed, found, samples, detail)
            except (Failed, OSError, TimeoutError) as problem:
                samples.reason = _said(problem)
            yield samples


def _said(problem: Exception) -> str:
    return f"{type(problem).__name__}: {problem}".splitlines()[0]


def _parts(server: Server, page: str) -> list[tuple[Choice, str]]:
    """What leads to each part, and its name."""
    with Session(server.address, page) as session:
        for chooser in session.go().choosers:
            if chooser.query_param_key in PARTS:
                names = [option.content for option in chooser.options]
                return [({chooser.query_param_key: name}, name) for name in names]
    return [({}, "")]


def _measure(server: Server, page: str, fixed: Choice, choices: Choices, into: Samples, detail: bool) -> None:
    with Session(server.address, page) as session:
        # Twice: what a page keeps for the next run (its messages, say) is then there as well.
        into.of["first"].append(session.go(**fixed).ms)
        for choice in choices.seen * 2:
            session.go(**fixed | choice)
        _batch(
            server,
            session,
            into,
            "seen",
            [fixed | each for each in islice(cycle(choices.seen), SEEN)],
            detail,
        )
        _batch(server, session, into, "again", [fixed] * (AGAIN + 1), detail)
        _batch(server, session, into, "fresh", [fixed | each for each in choices.fresh], detail)


def _batch(
    server: Server, session: Session, into: Samples, name: str, addresses: list[Choice], detail: bool
) -> None:
    if name == "again":
        session.go(**addresses.pop())
    time.sleep(SETTLED_S)
    before = server.cpu_s()
    for address in addresses:
        answer = session.go(**address)
        _note(into, name, answer)
        if detail:
            print(f"    {name} {answer.ms:7.1f} ms {answer.bytes / 1000:8.1f} KB {address}", file=sys.stderr)
        time.sleep(SETTLED_S / 5)
    time.sleep(SETTLED_S)
    # The clock of /proc ticks 100 times a second: only the sum over many runs says anything.
    into.of[f"{name}_cpu"].append((server.cpu_s() - before) * 1000 / len(addresses))


def _note(into: Samples, name: str, answer: Answer) -> None:
    into.of[name].append(answer.ms)
    into.of[f"{name}_kb"].append(answer.bytes / 1000)
    into.of[f"{name}_messages"].append(answer.messages)
