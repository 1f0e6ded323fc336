"""Photos and papers of a few problems, as townships file them: one folder per problem number.

In: all problems. Out: the bytes of small drawn pictures 整改前/整改后 and of acceptance papers, by their path below the
raw folder, the same every time. They are drawings and say so (演示照片). Three are as they should not be: a problem with
a picture of before only, a picture that broke off, and a folder whose number no ledger has.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from io import BytesIO

from demo.chance import dice
from demo.evidence_scenes import SCENES, paper, scene
from demo.months import AS_OF
from demo.problem_lives import ACCEPTED, DONE, STRUCK
from demo.problems import Problem

FOLDER = "佐证材料"
UNKNOWN = "X25-999"
_EACH = 2  # problems for each scene
_SCANNED = time.struct_time((AS_OF.year, AS_OF.month, AS_OF.day, 8, 0, 0, 0, 1, 0))


def shown(problems: Sequence[Problem]) -> list[tuple[Problem, str]]:
    """The problems that have a folder, with their scene: the latest struck off of each, and one that is open."""
    plain = [one for one in problems if not one.is_split and not one.has_rounds]
    found: list[tuple[Problem, str]] = []
    for word in SCENES:
        struck = [(on, one.problem_id, one) for one in plain if word in one.text and (on := one.now(STRUCK))]
        found += [(one, word) for *_, one in sorted(struck, key=lambda each: each[:2])[-_EACH:]]
    still = [(one, word) for one in plain for word in SCENES if word in one.text and one.is_open]
    return [*found, *still[-1:]]


def files(problems: Sequence[Problem]) -> Iterator[tuple[str, bytes]]:
    """Path below the raw folder and content of every file."""
    listed = shown(problems)
    broken = listed[3][0]
    for number, (problem, word) in enumerate(listed):
        folder = f"{FOLDER}/{problem.problem_id}"
        yield f"{folder}/整改前1.jpg", _photo(problem.problem_id, word, False, 1)
        if problem.is_open:
            continue
        after = _photo(problem.problem_id, word, True, 1)
        yield f"{folder}/整改后1.jpg", after[:1500] if problem is broken else after
        if number % 4 == 0:
            yield f"{folder}/整改后2.jpg", _photo(problem.problem_id, word, True, 2)
        if number % 3 == 0:
            yield f"{folder}/验收单.pdf", _form()
        else:
            yield f"{folder}/验收单.txt", _note(problem).encode("utf-8")
    yield f"{FOLDER}/{UNKNOWN}/整改后1.jpg", _photo(UNKNOWN, next(iter(SCENES)), True, 1)


def _photo(problem_id: str, word: str, is_after: bool, number: int) -> bytes:
    content = BytesIO()
    picture = scene(word, is_after, dice(f"evidence/{problem_id}/{is_after}/{number}"))
    picture.save(content, "JPEG", quality=78, optimize=True)
    return content.getvalue()


def _form() -> bytes:
    content = BytesIO()
    paper().save(content, "PDF", resolution=50, creationDate=_SCANNED, modDate=_SCANNED)  # not the clock's
    return content.getvalue()


def _note(problem: Problem) -> str:
    lines = (
        "问题整改验收单(演示)",
        f"问题编号:{problem.problem_id}",
        f"问题描述:{problem.text}",
        f"整改措施:{problem.measures}",
        f"报完成日期:{problem.now(DONE)}",
        f"验收日期:{problem.now(ACCEPTED)}",
        "验收意见:现场核查,整改到位,同意销号。",
    )
    return "\n".join(lines) + "\n"
