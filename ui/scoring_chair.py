"""What the chair of a scoring does: make a round, open, close, reveal, take files along.

In: the page's data, the round, what was typed. Out: changes of the records, files. Every action of the chair stands in
here and nowhere else, asks whether whoever looks may chair, and leaves a line in the round's own list of steps and in the
audit log. Refuses with a sentence (DataProblem), which `act` shows on the page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, time
from pathlib import Path
from time import monotonic

import streamlit as st

from data_loaders.contract import Dataset
from exports.code_cards import CardInfo, CodeCard, code_cards
from exports.score_book import score_book
from faults import DataProblem
from metrics.stop_scores import StopScore, stop_scores
from records import audit, scores
from records.scores import Round, Rules, Stop, recused_township, shown_code, stop_key
from ui import addresses, answers, cached, rights, stops, viewer
from ui.paper_fonts import paper_fonts

_SAID = "gm_scoring_said"
SAID_S = 8


def folder() -> Path:
    """Where the records are. Raises ConfigProblem."""
    return cached.config().paths.records


def now() -> datetime:
    """The time of an action, with its zone."""
    return datetime.now().astimezone()


def act(do: Callable[[], object], done: str = "") -> None:
    """Do it in a callback; what comes of it is said on the page that follows."""
    try:
        rights.need("chair", "评分")
        do()
    except DataProblem as problem:
        st.session_state[_SAID] = (str(problem), False, monotonic())
    else:
        st.session_state[_SAID] = (done, True, monotonic())


def said() -> tuple[str, bool]:
    """What the last action had to say, for a while: the page is drawn anew all the time; and whether it went well."""
    words, is_good, at = st.session_state.get(_SAID, ("", True, 0.0))
    return (words, is_good) if monotonic() - at < SAID_S else ("", True)


def _noted(what: str, round: str, stop: str | None = None, **more: int) -> None:
    """A line in the audit log: who did what to which round, and the stop's place in the route, never its title."""
    who, number = viewer.viewer(), None
    if stop is not None:
        stops_ = scores.find_round(folder(), round).stops
        number = next((at for at, each in enumerate(stops_, 1) if each.key == stop), None)
    audit.note(
        cached.config().paths.logs, "score", who.who, who.kind, what=what, round=round, stop=number, **more
    )


# ── rounds and codes ─────────────────────────────────────────────────────────────────────────
def stops_of(data: Dataset, route: str) -> list[Stop]:
    """The route's stops as the ledger has them now."""
    found = []
    for row in answers.records(stops.legs(data, route)):
        number = int(row["order"]) if str(row["order"]).isdigit() else None
        title = str(row["title"]) if isinstance(row["title"], str) else f"第{row['number']}站"
        place = row["place_code"] if isinstance(row["place_code"], str) else None
        found.append(Stop(stop_key(route, number, title), number, title, place, stops.where(row)))
    return found


def holders_of(data: Dataset, lines: str, codes: int) -> list[tuple[str | None, str | None]]:
    """A code for each line, and codes for nobody yet up to the number that is wanted."""
    names = [" ".join(line.split()) for line in lines.splitlines() if line.strip()]
    townships = {
        place.name: place.code for place in cached.places(data).values() if place.level == "township"
    }
    held: list[tuple[str | None, str | None]] = [(name, recused_township(name, townships)) for name in names]
    return held + [(None, None)] * max(0, codes - len(held))


def make_round(data: Dataset, route: str, name: str, codes: int, lines: str) -> Round:
    """A round by the config's criteria of today. Raises DataProblem."""
    rights.need("chair", "评分")
    rules = cached.config().observation
    kept = Rules(criteria=rules.criteria, trim_share=rules.trim_share, min_scores=rules.min_scores)
    holders = holders_of(data, lines, codes)
    made = scores.create_round(folder(), route, name, kept, stops_of(data, route), holders, now())
    _noted("made", made.id, codes=len(holders))
    return made


def more_codes(data: Dataset, round: Round, codes: int, lines: str) -> None:
    """Codes for whoever came late or lost the card. Raises DataProblem."""
    rights.need("chair", "评分")
    holders = holders_of(data, lines, codes)
    scores.add_codes(folder(), round.id, holders, now())
    _noted("codes_added", round.id, codes=len(holders))


def follow_ledger(data: Dataset, round: Round) -> None:
    """Take over the stops as the ledger has them now. Raises DataProblem."""
    rights.need("chair", "评分")
    scores.follow_ledger(folder(), round.id, stops_of(data, round.route), now())
    _noted("stops_updated", round.id)


# ── open, close, reveal ──────────────────────────────────────────────────────────────────────
def open_stops(round: Round, stop: str | None = None, *, anew: bool = False) -> None:
    """Let attendees score. Raises DataProblem."""
    rights.need("chair", "评分")
    scores.open_stops(folder(), round.id, now(), stop, anew=anew)
    _noted("reopened" if anew else "opened", round.id, stop)


def close_stops(round: Round, stop: str | None = None) -> None:
    """End the scoring. Raises DataProblem."""
    rights.need("chair", "评分")
    scores.close_stops(folder(), round.id, now(), stop)
    _noted("closed", round.id, stop)


def reveal(round: Round, places: int) -> None:
    """Show so many places, the last first. Raises DataProblem."""
    rights.need("chair", "评分")
    shown = scores.reveal(folder(), round.id, places, now())
    _noted("revealed", round.id, places=shown)


def results(round: Round) -> list[StopScore]:
    """The ranking of a round that is being revealed. Raises DataProblem before."""
    rules = round.rules
    return stop_scores(scores.points(folder(), round.id), rules.trim_share, rules.min_scores)


# ── files ────────────────────────────────────────────────────────────────────────────────────
def cards(data: Dataset, round: Round, base: str) -> bytes:
    """The codes as cards to print. Raises DataProblem where there is no font, NotAllowed."""
    rights.need("chair", "评分")
    county = data.settings.county
    info = CardInfo(county.name + ("(演示数据)" if county.is_demo else ""), round.route, round.name, base)
    drawn: Sequence[CodeCard] = [
        CodeCard(
            each.code,
            shown_code(each.code),
            each.number,
            each.holder or "",
            "不给本乡镇的观摩点打分" if each.township else "",
        )
        for each in scores.codes(folder(), round.id)
    ]
    made = code_cards(drawn, info, paper_fonts())
    _noted("codes_printed", round.id, codes=len(drawn))
    return made


def book(data: Dataset, round: Round) -> bytes:
    """The results as a workbook. Raises DataProblem before the reveal, NotAllowed."""
    rights.need("chair", "评分")
    found = scores.find_round(folder(), round.id)
    points = scores.points(folder(), round.id)
    county = data.settings.county
    return score_book(
        county.name + ("(演示数据)" if county.is_demo else ""),
        found,
        stop_scores(points, found.rules.trim_share, found.rules.min_scores),
        points,
        scores.progress(folder(), round.id),
        scores.steps(folder(), round.id),
        datetime.combine(data.manifest.as_of, time()),
    )


def reach() -> addresses.Reach:
    """Where phones find the form."""
    return addresses.reach()
