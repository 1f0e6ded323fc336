"""观摩评分 as HTML: how many have scored, the reveal place by place, the ranking.

In: a round, its progress, its results. Out: HTML. Refuses to show a place that has not been revealed: it is not in the
HTML either.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from metrics.stop_scores import StopScore
from records.scores import Progress, Round, Stop
from ui.html import text
from wording import percent_text

STATES = {"waiting": "未开始", "open": "打分中", "closed": "已结束"}


def rules_words(round: Round) -> str:
    """How it is counted, in a sentence."""
    rules = round.rules
    parts = " + ".join(f"{each.name}{each.points}" for each in rules.criteria)
    cut = (
        f"去掉最高、最低各{percent_text(100 * rules.trim_share, 0)}后取平均" if rules.trim_share else "取平均"
    )
    return f"{parts} = 满分{rules.most}分;{cut},不足{rules.min_scores}份的不排名。"


# ── while it is scored ───────────────────────────────────────────────────────────────────────
def board(round: Round, progress: Mapping[str, Progress], code: str, address: str) -> str:
    """The wall while phones are at it: a card per stop, and where to score. `code` is a picture's address or ""."""
    given, expected = (
        sum(getattr(each, name) for each in progress.values()) for name in ("given", "expected")
    )
    across = next((n for n in (1, 2, 3, 4) if n * _rows(n) >= len(round.stops)), 5)
    cards = "".join(_count(stop, progress[stop.key]) for stop in round.stops)
    picture = (
        f'<figure><img src="{text(code)}" alt="打分网址的二维码"><figcaption>扫码打分<small>{text(address)}</small>'
        "</figcaption></figure>"
        if code and round.state != "closed"
        else ""
    )
    steps = ' data-steps="1"' if key_begins(round, progress) else ""
    return (
        f'<div class="gm-score-board"{steps}><div class="gm-score-head"><p><b>{text(_headline(round))}</b>'
        f"<span>{text(round.name)}</span></p><p>共收到 <strong>{given}</strong> / {expected} 份</p></div>"
        f'<div class="gm-score-cards" style="--gm-across:{across}">{cards}</div>{picture}</div>'
    )


def _rows(across: int) -> int:
    return {1: 2, 2: 2, 3: 3, 4: 3}[across]


def can_begin(round: Round, progress: Mapping[str, Progress]) -> bool:
    """Whether the reveal may begin now."""
    return round.state == "closed" and any(each.given >= round.rules.min_scores for each in progress.values())


def key_begins(round: Round, progress: Mapping[str, Progress]) -> bool:
    """Whether a key on the wall begins it: not on the way between two stops, where the next one is still to be scored."""
    return can_begin(round, progress) and not waiting(round)


def waiting(round: Round) -> int:
    """How many stops nobody could score yet."""
    return sum(stop.state == "waiting" for stop in round.stops)


def _headline(round: Round) -> str:
    if round.state == "waiting":
        return "请扫码打开打分表,等主持人宣布开始"
    if round.state == "open":
        return "正在打分"
    left = waiting(round)
    return f"还有{left}站没有开始打分" if left else "打分已结束,等主持人揭晓"


def _count(stop: Stop, counted: Progress) -> str:
    share = 100 * counted.given / counted.expected if counted.expected else 0
    return (
        f'<div class="gm-score-card gm-is-{stop.state}">{title(stop)}'
        f'<div class="gm-score-count"><strong>{counted.given}</strong> / {counted.expected}<small>{STATES[stop.state]}</small></div>'
        f'<div class="gm-bar"><i style="width:{share:.1f}%"></i></div></div>'
    )


def title(stop: Stop) -> str:
    """A stop's number and name."""
    number = "" if stop.number is None else f"<i>{stop.number}</i>"
    return f'<p class="gm-score-title">{number}{text(stop.title)}</p>'


# ── the reveal ───────────────────────────────────────────────────────────────────────────────
def places(results: Sequence[StopScore]) -> list[int]:
    """The places that there are, the last first: one step each, ties together."""
    return sorted({each.rank for each in results if each.rank is not None}, reverse=True)


def scene(round: Round, results: Sequence[StopScore]) -> str:
    """What a hall sees: the place that was just revealed, and beside it all places with those still to come."""
    order = places(results)
    shown = order[: round.revealed]
    stops = {stop.key: stop for stop in round.stops}
    hero = "".join(
        _hero(stops[each.stop], each, round) for each in results if shown and each.rank == shown[-1]
    )
    left = len(order) > len(shown)
    steps = ' data-steps="1"' if left else ""
    low, high = axis(results, round)
    step = stacking(results)
    rows = "".join(
        _row(stops[each.stop], each, low, high, step, is_new=each.rank == shown[-1])
        if each.rank in shown
        else f'<li class="gm-score-hidden"><b>{each.rank}</b><span>……</span></li>'
        for each in results
        if each.rank is not None
    )
    return (
        f'<div class="gm-score-scene"{steps} style="--gm-rows:{sum(each.rank is not None for each in results)}">'
        f'<section class="gm-score-hero">{hero}</section>'
        f'<section><ol class="gm-score-list">{rows}</ol>'
        f'<p class="gm-score-axis"><span>圆点:每一份评分({low}–{high}分);竖线:平均分</span></p>{unranked(round, results)}</section></div>'
    )


def axis(results: Sequence[StopScore], round: Round) -> tuple[int, int]:
    """From where to where scores are drawn: whole tens around those of the stops that are ranked."""
    low = min((each.totals[0] for each in results if each.rank is not None), default=0)
    return low // 10 * 10, round.rules.most


def _hero(stop: Stop, result: StopScore, round: Round) -> str:
    criteria = "".join(
        f"<li><span>{text(criterion.name)}</span>"
        f'<i class="gm-bar"><i style="width:{100 * float(mean) / criterion.points:.1f}%"></i></i>'
        f"<em>{mean}<small>/{criterion.points}</small></em></li>"
        for criterion, mean in zip(round.rules.criteria, result.criteria or (), strict=False)
    )
    cut = f",最高、最低各去掉{result.cut}份" if result.cut else ""
    return (
        f'<article><p class="gm-score-rank">第{result.rank}名</p><h2>{text(stop.title)}</h2>'
        f'<p class="gm-score-where">{text(stop.place)}</p>'
        f'<p class="gm-score-mean"><strong>{result.mean}</strong>分</p>'
        f'<p class="gm-score-where">{result.count}份评分{cut}</p><ul>{criteria}</ul></article>'
    )


def _row(stop: Stop, result: StopScore, low: int, high: int, step: float, *, is_new: bool) -> str:
    marked = ' class="gm-score-new"' if is_new else ""
    return (
        f"<li{marked}><b>{result.rank}</b><span>{text(stop.title)}</span>"
        f"{spread(result, low, high, step)}<strong>{result.mean}</strong></li>"
    )


def stacking(results: Sequence[StopScore]) -> float:
    """How far above each other equal scores stand, in % of the height: as far as the tallest pile allows."""
    piles = [
        each.totals.count(total) for each in results if each.rank is not None for total in set(each.totals)
    ]
    return min(9.0, 80 / max([*piles, 1]))


def spread(result: StopScore, low: int, high: int, step: float) -> str:
    """A dot for each score, equal ones above each other, and a line at the mean."""
    width = max(high - low, 1)
    seen: dict[int, int] = {}
    dots = []
    for total in result.totals:
        seen[total] = seen.get(total, -1) + 1
        dots.append(
            f'<i style="left:{100 * (total - low) / width:.1f}%;bottom:{seen[total] * step + 5:.1f}%"></i>'
        )
    mean = float(result.mean or 0)
    said = f"最低{result.low:g}分,中位数{result.median:g}分,最高{result.high:g}分"
    return (
        f'<div class="gm-score-dots" title="{text(said)}">{"".join(dots)}'
        f'<u style="left:{100 * (mean - low) / width:.1f}%"></u></div>'
    )


def unranked(round: Round, results: Sequence[StopScore]) -> str:
    """Which stops have no place, and why."""
    stops = {stop.key: stop for stop in round.stops}
    named = "、".join(f"{stops[each.stop].title}({each.count}份)" for each in results if each.rank is None)
    return (
        f'<p class="gm-score-axis">不足{round.rules.min_scores}份、不排名:{text(named)}</p>' if named else ""
    )
