"""What a reader is told about capacity and supply; nobody drops out, nothing missing is drawn."""

from __future__ import annotations

import pandas as pd
import pytest

from charts.chains import balance_chart, balance_title, course_chart
from metrics.chains import chain_balance, chain_course
from tests.charts.drawn import rows_of, said
from tests.metrics.county import COUNTY, EAST, WEST, places, reports
from tests.metrics.test_chains import GEESE, INDICATORS, both, row, values_of

PLANTS, GOSLINGS = INDICATORS["plants"], INDICATORS["goslings"]
AUG, SEP, OCT = "2026-08", "2026-09", "2026-10"


def bullets(values, title="标题", **more):
    return balance_chart(
        chain_balance(GEESE, values, "township"), GEESE, PLANTS, GOSLINGS, title=title, **more
    )


def title(found):
    return balance_title({str(name): value for name, value in row(found, EAST).items()}, PLANTS, GOSLINGS)


def bars(figure):
    return [list(trace.x) for trace in figure.data if trace.type == "bar"]


@pytest.mark.parametrize(
    ("plant", "goslings", "sentence"),
    [
        (120_000, 49_200, "鹅每月加工能力120,000只,鹅苗孵化只够41%"),
        (100, 90, "鹅每月加工能力100只,鹅苗孵化够90%"),
        (100, 130, "鹅苗孵化130只,比加工得了的多30只"),
        (100, 0, "鹅每月加工能力100只,全靠外购"),
        (0, 40, "鹅苗孵化40只,全部外送"),
    ],
)
def test_the_title_says_how_far_the_supply_goes(plant, goslings, sentence):
    found = chain_balance(GEESE, both({(EAST, OCT): plant}, {(EAST, OCT): goslings}), "township")
    assert title(found) == sentence


def test_a_share_short_of_a_full_load_is_never_told_as_full():
    found = chain_balance(GEESE, both({(EAST, OCT): 1000}, {(EAST, OCT): 999}), "township")
    assert title(found).endswith("够99%")


def test_capacity_and_supply_stand_in_one_line_with_the_gap_beside():
    figure = bullets(both({(EAST, OCT): 100, (WEST, OCT): 10}, {(EAST, OCT): 40, (WEST, OCT): 13}))
    assert rows_of(figure) == ["东乡", "西镇"]
    assert bars(figure) == [[100, 10], [40, 13]]
    assert [text.strip() for text in figure.data[-1].text] == ["40% 缺60", "130% 多3"]
    assert "2026年10月,单位:只" in said(figure)


def test_a_township_that_did_not_report_keeps_its_line_without_a_bar_of_supply():
    figure = bullets(both({(EAST, OCT): 100, (WEST, SEP): 9, (WEST, OCT): 9},
                          {(EAST, OCT): 40, (WEST, SEP): 5, (WEST, OCT): None}))  # fmt: skip
    assert rows_of(figure) == ["东乡", "西镇"]
    assert bars(figure)[1] == [40, 0]
    assert figure.data[-1].text[1].strip() == "未报送"


def test_a_mark_leads_to_its_place():
    figure = bullets(both({(EAST, OCT): 100}, {(EAST, OCT): 40}), highlight=EAST)
    assert figure.data[0].customdata[0][-1] == EAST
    assert rows_of(figure) == ["<b>东乡</b>"]


def test_names_from_ledgers_are_plain_text():
    register = places().assign(name=lambda frame: frame["name"].replace("东乡", "<b>东乡</b>"))
    values = values_of(
        reports("plants", {(EAST, OCT): 5}), reports("goslings", {(EAST, OCT): 4}), register=register
    )
    assert "<b>东乡</b>" not in said(bullets(values))


def test_the_course_counts_the_months_of_the_last_year_and_leaves_gaps():
    values = both({(EAST, AUG): 100, (EAST, SEP): 100, (EAST, OCT): 100},
                  {(EAST, AUG): 150, (EAST, SEP): None, (EAST, OCT): 20})  # fmt: skip
    course = chain_course(GEESE, values, "township")
    figure = course_chart(course, GEESE, PLANTS, GOSLINGS, name="东乡")
    assert "东乡近一年:1个月吃不饱,1个月供大于能" in said(figure).replace("</b><br><b>", "")
    needs, comes = (list(trace.y) for trace in figure.data)
    assert needs == [100, None, 100]
    assert comes == [150, None, 20]
    assert not any(trace.connectgaps for trace in figure.data)


def test_unequal_units_are_told_with_their_rate():
    tea = GEESE.model_copy(update={"supply_per_unit": 4.5})
    figure = balance_chart(
        chain_balance(tea, both({(EAST, OCT): 10}, {(EAST, OCT): 9}), "township"),
        tea,
        PLANTS,
        GOSLINGS,
        title="茶",
    )
    assert "每1只加工能力需供给4.5只" in said(figure)


def test_charts_of_nobody():
    nothing = both({(COUNTY, OCT): None}, {(COUNTY, OCT): None})
    assert "还没有鹅每月加工能力和鹅苗孵化的数据" in said(bullets(nothing))
    course = chain_course(GEESE, nothing, "county")
    assert "没有两头都报齐的时期" in said(course_chart(course, GEESE, PLANTS, GOSLINGS))
    assert isinstance(course, pd.DataFrame)
