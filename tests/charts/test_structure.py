"""Shares of products and pairs of neighbours: what is said, who is not left out."""

import pandas as pd

from charts.structure import OTHERS, dependence_chart, sameness_chart
from metrics.concentration import dependence
from metrics.sameness import sameness
from tests.charts.drawn import rows_of, said
from tests.metrics.county import E1, EAST, W1, WEST, places
from tests.metrics.test_concentration import AREAS, MIX, areas

NAMES = {key: spec.name for key, spec in AREAS.items()}


def found(**villages):
    register = places().assign(name=lambda frame: frame["name"].replace("西镇", "<b>西镇</b>"))
    return dependence(areas(**villages), register, AREAS, MIX, "township")


def chart(**villages):
    return dependence_chart(found(**villages), NAMES, "亩", "2026年10月")


def test_shares_index_and_finding():
    figure = chart(e1=(60.0, 40.0, 0.0), w1=(0.0, 0.0, 7.0))
    assert rows_of(figure) == ["&lt;b&gt;西镇&lt;/b&gt;", "东乡"]
    tea = next(trace for trace in figure.data if trace.name == "茶园")
    assert list(tea.x) == [0, 60]
    assert [row[2] for row in tea.customdata] == [WEST, EAST]
    assert list(figure.data[-1].text) == ["1.00", "0.52"]
    assert "2个乡镇里2个过半靠一种产业" in said(figure)
    assert "60亩,占60.0%" in said(figure)


def test_who_did_not_report_stays_and_has_no_bar():
    figure = chart(e1=(60.0, None, 0.0), w1=(0.0, 0.0, 7.0))
    assert "未报全" in figure.data[-1].text
    assert all(pd.isna(trace.x[1]) for trace in figure.data if trace.type == "bar")


def test_more_kinds_than_colours_share_the_last():
    table = found(e1=(60.0, 40.0, 0.0)).assign(**{f"more{n}": 1.0 + n for n in range(7)})
    names = NAMES | {f"more{n}": f"产业{n}" for n in range(7)}
    figure = dependence_chart(table, names, "亩", "2026年10月")
    kinds = [trace.name for trace in figure.data if trace.type == "bar"]
    assert len(kinds) == 8
    assert kinds[-1] == OTHERS


def test_pairs_say_what_they_share_and_count_the_alike():
    pairs, _ = sameness(found(e1=(90.0, 10.0, 0.0), w1=(1.0, 0.0, 0.0)), MIX.parts, [(EAST, WEST)])
    figure = sameness_chart(pairs, NAMES, "2026年10月")
    assert rows_of(figure) == ["东乡—&lt;b&gt;西镇&lt;/b&gt;"]
    assert list(figure.data[1].text) == [" 90.0% 茶园"]
    assert "1对相邻乡镇里1对重合八成以上" in said(figure)
    few = sameness_chart(pairs.assign(similarity=79.96), NAMES, "2026年10月")
    assert "没有重合八成以上的" in said(few)


def test_nothing_to_draw_says_so():
    empty = dependence_chart(found(e1=(None, None, None)), NAMES, "亩", "2026年10月")
    assert "还没有可以计算的数据" in said(empty)
    assert "没有可以比较的相邻乡镇" in said(sameness_chart(pd.DataFrame(), NAMES, ""))
    assert {E1, W1}.isdisjoint(NAMES)
