"""What a problem ledger says of completion in several columns, against each other.

In: an entry of a problem ledger with `is_done` (是/否), `done_count`, `open_count` (完成数量, 未完成数量), and its row with
the dates of completion, return and reopening. Out: one fault per row whose columns contradict each other, with everything that they say. The
row is kept as it is: its status follows from its dates, as in every ledger.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data_loaders.things import Entry
from data_loaders.values import parse_number, squeezed
from settings import Problems

FIELDS = ("is_done", "done_count", "open_count")


def check_completion(entry: Entry, row: Mapping[str, Any], words: Problems) -> None:
    """A fault when the row says both that the problem is done and that it is not."""
    asked = [name for name in FIELDS if name in entry.ledger.table.fields]
    if not asked or entry.is_rejected:  # a date that cannot be read says nothing
        return
    said = [*_in_words(entry, words), *_in_numbers(entry), *_in_dates(entry, row)]
    if len({is_done for is_done, _ in said}) < 2:
        return
    entry.flag(
        "warning",
        asked[0],
        "completion_differs",
        f"各栏说法不一:{'、'.join(text for _, text in said)},看板按日期计算",
        "各栏一致",
        "请核对后改成一致:完成了的填写完成日期,没有完成的不填。",
    )


def _in_words(entry: Entry, words: Problems) -> list[tuple[bool, str]]:
    text = entry.text("is_done")
    if text is None:
        return []
    answer = squeezed(text)
    if answer not in (*words.done_words, *words.open_words):
        expected = f"{words.done_words[0]}或{words.open_words[0]}"
        entry.flag("warning", "is_done", "unknown_answer", f"填的是“{text}”,看不出是否完成", expected)
        return []
    return [(answer in words.done_words, f"{_column(entry, 'is_done')}“{text}”")]


def _in_numbers(entry: Entry) -> list[tuple[bool, str]]:
    """Done is who has nothing left, or, where nobody counts what is left, who has done something."""
    counts: dict[str, float] = {}
    for name in ("done_count", "open_count"):
        parsed = parse_number(entry.raw(name), entry.reading.fillers)
        if parsed.problem:
            entry.flag("warning", name, "not_a_number", parsed.problem, "数字")
        elif parsed.value is not None:
            counts[name] = parsed.value
    if not counts:
        return []
    is_done = not counts["open_count"] if "open_count" in counts else bool(counts["done_count"])
    return [(is_done, "、".join(f"{_column(entry, name)}{number:g}" for name, number in counts.items()))]


def _in_dates(entry: Entry, row: Mapping[str, Any]) -> list[tuple[bool, str]]:
    done_on = row["done_on"]
    undone = (row[name] for name in ("returned_on", "reopened_on"))
    # What was refused, or came back, is said to be undone with its old date beside it: no contradiction.
    if "done_on" not in entry.ledger.table.fields or (done_on and any(on and on >= done_on for on in undone)):
        return []
    return [(done_on is not None, f"{_column(entry, 'done_on')}{done_on or '空着'}")]


def _column(entry: Entry, name: str) -> str:
    return entry.ledger.table.fields[name].split("/")[-1]
