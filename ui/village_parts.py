"""The parts of a place's card 村情卡 as HTML: figures, households, enterprises, problems, who is responsible.

In: a `ui.village_answers.Profile` and the settings. Out: HTML in which every text is escaped. Refuses to show
a missing figure as zero, a share without its parts, or a rank of what was not reported.
"""

from __future__ import annotations

from itertools import groupby

from charts.palette import class_colours
from metrics.village import PlaceFigure
from settings import Settings
from ui.answers import records
from ui.figure_card import card_of
from ui.fitting import shortened
from ui.html import Words, spark, text, words_html
from ui.problem_words import warned
from ui.village_answers import Profile
from wording import NOT_PUBLIC, NOT_REPORTED, is_missing, number_text, percent_text, period_text

WITHOUT_INDUSTRY = "产业措施和农户"
COUNTED = {"village": "村", "township": "个乡镇"}


def head(profile: Profile) -> str:
    """Name, what it belongs to, its households as the register has them."""
    counts = [
        f"{label} {number_text(profile.register[name], '户')}"
        for name, label in (("households", "总户数"), ("poor_households", "建档立卡"))
        if not is_missing(profile.register[name])
    ]
    small = f"<small>{text(profile.above)}</small>" if profile.place.level == "village" else ""
    return f"<header><h2>{text(profile.place.name)}{small}</h2><p>{text(' · '.join(counts))}</p></header>"


def figures(profile: Profile, settings: Settings, most: int | None = None) -> str:
    """Every figure of the place by industry, what was always reported as 0 in one line below.

    Those that the bar of households shows are left to it. `most`: headline figures first, so many of them and in brief,
    and how many others there are.
    """
    wanted = [figure for figure in profile.figures if figure.indicator not in _in_bar(profile, settings)]
    idle = [figure for figure in wanted if _is_idle(figure)]
    shown = [figure for figure in wanted if not _is_idle(figure)]
    if not wanted:
        return _section("产业指标", f'<p class="gm-note">{NOT_REPORTED}:没有任何指标和目标。</p>')
    if most is not None:
        return _few(shown, idle, profile, settings, most)
    groups = []
    for industry, members in groupby(shown, key=lambda each: settings.indicators[each.indicator].industry):
        name = settings.industries[industry].name if industry is not None else WITHOUT_INDUSTRY
        rows = "".join(_figure(each, profile, settings) for each in members)
        groups.append(f'<section class="gm-industry"><h3>{text(name)}</h3><ul>{rows}</ul></section>')
    across = next((most for most, number in ACROSS if len(shown) <= number), ACROSS[-1][0])
    return (
        f'<div class="gm-figures"><div class="gm-grid" style="--gm-across:{across}">{"".join(groups)}</div>'
        f"{_idle(idle, settings)}</div>"
    )


# So many figures side by side for up to so many figures.
ACROSS = ((2, 4), (3, 9), (4, 12), (5, 20))


def _few(
    shown: list[PlaceFigure], idle: list[PlaceFigure], profile: Profile, settings: Settings, most: int
) -> str:
    first = sorted(shown, key=lambda each: each.indicator not in settings.overview.headline)[:most]
    rows = "".join(_figure(each, profile, settings, is_brief=True) for each in first)
    left_out = len(shown) - len(first)
    said = [f"另有{left_out}项指标没有列出来"] * bool(left_out) + [f"{len(idle)}项一直报0"] * bool(idle)
    more = f'<p class="gm-note gm-idle">{text(";".join(said))}</p>' if said else ""
    across = 2 if len(first) <= 4 else 3
    return (
        f'<div class="gm-figures"><div class="gm-grid" style="--gm-across:{across}"><section class="gm-industry">'
        f"<ul>{rows}</ul></section></div>{more}</div>"
    )


def _is_idle(figure: PlaceFigure) -> bool:
    """Whether the place has reported nothing but 0 for as long as the card looks back, and has no target."""
    known = [value for value in figure.run if not is_missing(value)]
    is_zero = not is_missing(figure.row["value"]) and not any(known)
    return is_zero and is_missing(figure.row["target"])


def _idle(figures: list[PlaceFigure], settings: Settings) -> str:
    """The figures that are 0, with unit and period: what the place does not have is no gap in its reports."""
    if not figures:
        return ""
    by_period: dict[str, list[str]] = {}
    for figure in figures:
        spec = settings.indicators[figure.indicator]
        by_period.setdefault(str(figure.row["period"]), []).append(f"{spec.name} 0{spec.unit}")
    said = ";".join(f"{'、'.join(names)}({period_text(period)})" for period, names in by_period.items())
    return f'<p class="gm-note gm-idle">{text(f"一直报0的:{said}")}</p>'


def _in_bar(profile: Profile, settings: Settings) -> set[str]:
    if profile.households is None:
        return set()
    return {*settings.coverage.measures, *filter(None, [settings.coverage.households])}


def _figure(figure: PlaceFigure, profile: Profile, settings: Settings, *, is_brief: bool = False) -> str:
    spec = settings.indicators[figure.indicator]
    counted = settings.indicators[spec.denominator[0]] if spec.denominator else spec
    card = card_of(spec, counted, figure.row, figure.run, is_brief=is_brief)
    is_known = card.value != NOT_REPORTED
    lines = [*card.lines[:-1]] if is_known else _target_only(figure, settings)
    if spec.measure == "ratio" and is_known and card.share is None:
        top, bottom = (
            number_text(figure.row[name], decimals=counted.decimals) for name in ("numerator", "denominator")
        )
        lines.insert(0, (f"{top}/{bottom}{counted.unit}",))
    # The card's own last line says how many villages stand behind the figure: here it may be a single one.
    lines += [card.lines[-1], (_rank(figure, profile),)] if profile.place.level == "township" else []
    lines += [(card.lines[-1][0], _rank(figure, profile))] if profile.place.level == "village" else []
    unit = f"<small>{text(card.unit)}</small>" if is_known else ""
    bar = ""
    if card.share is not None:
        bar = f'<div class="gm-bar"><i style="width:{max(0.0, min(100.0, card.share)):.1f}%"></i></div>'
    small = "".join(f'<div class="gm-line">{"".join(map(words_html, line))}</div>' for line in lines)
    return (
        f'<li><div class="gm-label">{text(card.label)}</div>'
        f'<div class="gm-value{"" if is_known else " gm-missing"}">{text(card.value)}{unit}</div>'
        f'{spark(card.trend)}{bar}<div class="gm-lines">{small}</div></li>'
    )


def _target_only(figure: PlaceFigure, settings: Settings) -> list[tuple[str | Words, ...]]:
    """What a place that did not report was to reach."""
    spec = settings.indicators[figure.indicator]
    if is_missing(figure.row["target"]):
        return []
    return [(f"全年目标 {number_text(figure.row['target'], spec.unit, spec.decimals)}",)]


def _rank(figure: PlaceFigure, profile: Profile) -> str:
    """按数量第3名/共14村; 按数量第3名/已报12村 when not all of them reported."""
    counted = COUNTED[profile.place.level]
    if figure.rank is None:
        is_known = not is_missing(figure.row["value"])
        return f"{NOT_PUBLIC if is_known and not figure.ranked else NOT_REPORTED},不排名"
    if not figure.ranked:
        return f"按数量第{figure.rank}名,其他乡镇没有全部公开"
    among = f"共{figure.siblings}" if figure.ranked == figure.siblings else f"已报{figure.ranked}"
    return f"按数量第{figure.rank}名/{among}{counted}"


def households(profile: Profile, settings: Settings) -> str:
    """How many households have 0, 1, 2, 3 or more measures, as one bar with its total."""
    row, classes = profile.households, len(settings.coverage.measures)
    if not classes:
        return ""
    if row is None:
        return _section("产业措施到户", f'<p class="gm-note">{NOT_REPORTED}</p>')
    total = sum(float(row[f"measures_{number}"]) for number in range(classes))
    parts, words = [], []
    for number, colour in enumerate(class_colours(classes)):
        count = float(row[f"measures_{number}"])
        more = "及以上" if number == classes - 1 else ""
        words.append(
            f'<span><i style="background:{colour}"></i>{number}项{more} <b>{text(number_text(count, "户"))}</b></span>'
        )
        if total > 0 and count > 0:
            parts.append(f'<i style="width:{100 * count / total:.2f}%;background:{colour}"></i>')
    covered = f"{settings.coverage.target}项及以上占 {percent_text(row['covered_share'])}"
    fraction = f"{number_text(row['covered'])}/{number_text(row['households'], '户')}"
    small = f"{covered}({fraction})· {period_text(str(row['period']))}"
    return _section(
        f"产业措施到户 共{number_text(row['households'], '户')}",
        f'<div class="gm-measures">{"".join(parts)}</div><div class="gm-key">{"".join(words)}</div>'
        f'<p class="gm-note">{text(small)}</p>',
    )


def enterprises(profile: Profile, limit: int) -> str:
    """Its enterprises and bases with their jobs, most jobs first."""
    ledger = profile.enterprises
    rows = [
        f"<li><span>{text(row['name'])}<small>{text(row['kind'])}</small></span>"
        f"<b>{text(number_text(row['jobs'], '人'))}<small>建档立卡 {text(number_text(row['poor_jobs'], '人'))}</small></b></li>"
        for row in records(ledger.head(limit))
    ]
    if not rows:
        return _section("经营主体和基地", '<p class="gm-note">台账里没有。</p>')
    return _section(f"经营主体和基地 {len(ledger)} 个 · 用工", _listed(rows, len(ledger), limit))


def problems(profile: Profile, limit: int, chars: int | None = None) -> str:
    """Its problems that are not struck off, worst first: how they stand, who leads, who answers for them.

    `chars`: on the wall each as far as it fits into so many, without who.
    """
    found = profile.problems
    rows = []
    for row in records(found.head(limit)):
        who = " · ".join(
            str(row[name])
            for name in ("lead_unit", "responsible_post")
            if chars is None and not is_missing(row[name])
        )
        said = str(row["text"]) if chars is None else shortened(str(row["text"]), chars)
        rows.append(
            f'<li class="gm-warning-{text(row["warning"])}"><b>{text(warned(row))}</b> '
            f"<span>{text(said)}</span><small>{text(who)}</small></li>"
        )
    if not rows:
        return _section("问题整改", '<p class="gm-note">没有未销号的问题。</p>')
    return _section(f"未销号问题 {len(found)} 个", _listed(rows, len(found), limit), "gm-open")


def in_lines(profile: Profile, settings: Settings, most: int) -> str:
    """Headline figures first, a line each, and how many problems are open: beside the map on the wall."""
    shown = [figure for figure in profile.figures if not _is_idle(figure)]
    first = sorted(shown, key=lambda each: each.indicator not in settings.overview.headline)[:most]
    rows = []
    for figure in first:
        spec = settings.indicators[figure.indicator]
        card = card_of(spec, spec, figure.row, figure.run)
        value = f"{card.value}{card.unit if card.value != NOT_REPORTED else ''}"
        rows.append(f"<li><span>{text(spec.name)}</span><b>{text(value)}</b></li>")
    rows.append(f"<li><span>未销号问题</span><b>{len(profile.problems)}个</b></li>")
    return f'<section class="gm-ends gm-inlines"><ol>{"".join(rows)}</ol></section>'


def responsible(profile: Profile) -> str:
    """Who answers for its open problems, by unit and post; nothing when the ledger does not say."""
    found = profile.problems[["lead_unit", "responsible_post"]].dropna(how="all").fillna("")
    if found.empty:
        return ""
    counts = found.value_counts(sort=True)
    said = [
        f"{' · '.join(part for part in names if part)}({number}个问题)"
        for names, number in zip(counts.index, counts, strict=True)
    ]
    return _section("谁负责", f"<p>{text('、'.join(said[:4]))}</p>")


def _listed(rows: list[str], total: int, limit: int) -> str:
    more = f'<p class="gm-note">还有 {total - limit} 个</p>' if total > limit else ""
    return f"<ul>{''.join(rows)}</ul>{more}"


def _section(title: str, body: str, kind: str = "gm-part") -> str:
    return f'<section class="gm-part {kind}"><h3>{text(title)}</h3>{body}</section>'
