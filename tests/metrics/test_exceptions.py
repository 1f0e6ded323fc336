import pytest

from metrics.composite import closures_at, composite_at, composite_history
from metrics.coverage import blank_villages
from metrics.exceptions import Tables, Urgent, found_by_rule, listed, urgent
from metrics.figures import indicator_values
from metrics.quality import reporting_matrix
from metrics.rectification import ladder
from settings import Overview, RankingPart, Rule, Settings
from tests.metrics.county import (
    AS_OF,
    COUNTY,
    COVERAGE,
    E1,
    E2,
    EAST,
    INDICATORS,
    W1,
    WEST,
    places,
    problem,
    problems,
    reports,
    settings,
    targets,
    together,
)

AUG, SEP, OCT = "2026-08", "2026-09", "2026-10"
LAST_OCT = "2025-10"
AREA = together(
    reports(
        "area",
        {(E1, SEP): 50.0, (E2, SEP): 10.0, (W1, SEP): 10.0, (E1, OCT): 50.0, (E2, OCT): 30.0, (W1, OCT): 4.0},
    ),
    targets("area", {(EAST, "2026"): 80.0, (WEST, "2026"): 20.0}),
)
DEFAULT = Overview().rules


def ruled(*rules: Rule, parts: tuple[RankingPart, ...] = ()) -> Settings:
    chosen = settings(*parts)
    return chosen.model_copy(
        update={"overview": chosen.overview.model_copy(update={"rules": rules or DEFAULT})}
    )


def told(
    rows, ledger=None, *rules: Rule, register=None, period=None, place=None, parts=(), **more
) -> list[Urgent]:
    register = places() if register is None else register
    ledger = problems() if ledger is None else ledger
    chosen = ruled(*rules, parts=parts)
    scored = {
        part.indicator: indicator_values(rows, register, INDICATORS, part.indicator, "township")
        for part in parts
        if part.indicator
    }
    tables = Tables(
        values=lambda indicator, level: indicator_values(rows, register, INDICATORS, indicator, level),
        places=register,
        problems=ladder(ledger, AS_OF, chosen.problems),
        reporting=reporting_matrix(rows, register, ["monthly"], until=period),
        blank=blank_villages(rows, register, COVERAGE, period),
        composite=composite_at(
            composite_history(scored, closures_at(ledger, [], AS_OF), register, chosen), period
        ),
    )
    return urgent(tables, chosen, period, place, **more)


def only(kind: str, *args, **more) -> list[Urgent]:
    return [item for item in told(*args, **more) if item.kind == kind]


class TestBehind:
    def test_a_township_far_behind_the_county_with_both_parts_of_the_share(self):
        # 84 of 100 in the county, 4 of 20 in the west
        (west,) = only("behind", AREA)
        assert west.sentence == "西镇茶园面积完成20.0%(4/20亩),比全县低64.0个百分点。"
        assert (west.page, west.place_code, west.indicator_id, west.period) == ("ranking", WEST, "area", OCT)

    def test_late_is_late_and_not_behind(self):
        rows = AREA[~((AREA["place_code"] == W1) & (AREA["period"] == OCT))]
        assert only("behind", rows) == []
        (late,) = only("late", rows)
        assert late.sentence == "西镇2026年10月产业月报至今未报(0/1个村已报)。"
        assert (late.page, late.place_code, late.source_id) == ("quality", WEST, "monthly")

    def test_half_of_the_reports_are_not_enough(self):
        rows = together(
            reports("area", {(E1, OCT): 20.0, (E2, OCT): None, (W1, OCT): 20.0}),
            targets("area", {(EAST, "2026"): 80.0, (WEST, "2026"): 20.0}),
        )
        assert only("behind", rows) == []

    @pytest.mark.parametrize(("least", "found"), [(64.0, 1), (64.1, 0)])
    def test_at_least_is_in_percentage_points_and_inclusive(self, least, found):
        assert len(told(AREA, None, Rule(kind="behind", at_least=least))) == found

    def test_only_the_rules_own_indicators(self):
        assert told(AREA, None, Rule(kind="behind", indicators=("output",))) == []

    def test_a_target_of_zero_is_no_completion(self):
        rows = together(
            reports("area", {(E1, OCT): 1.0, (E2, OCT): 1.0, (W1, OCT): 1.0}),
            targets("area", {(EAST, "2026"): 2.0, (WEST, "2026"): 0.0}),
        )
        assert only("behind", rows) == []

    def test_a_single_township_is_the_county(self):
        register = places(COUNTY, WEST, W1)
        assert only("behind", AREA, register=register) == []

    def test_a_ratio_names_both_parts_with_their_unit(self):
        rows = together(
            *(
                reports(name, {(E1, OCT): east, (E2, OCT): 0.0, (W1, OCT): west})
                for name, east, west in (("plucked", 90.0, 1.0), ("area", 100.0, 10.0))
            ),
            targets("share", {(COUNTY, "2026"): 100.0, (EAST, "2026"): 100.0, (WEST, "2026"): 100.0}),
        )
        # county 91/110 = 82.7 %, west 10 %
        (west,) = told(rows, None, Rule(kind="behind", indicators=("share",)))
        assert west.sentence == "西镇采摘率10.0%(1/10亩),比全县低72.7个百分点。"


class TestLate:
    def test_an_incomplete_report_says_how_much_is_missing(self):
        rows = reports("area", {(E1, OCT): 1.0, (E2, OCT): None, (W1, OCT): 1.0})
        assert [item.sentence for item in only("late", rows)] == [
            "东乡2026年10月产业月报还缺1个村(1/2个村已报)。"
        ]
        assert told(rows, None, Rule(kind="late", at_least=1)) == []

    def test_silent_for_two_months(self):
        rows = reports(
            "area", {(W1, AUG): 1.0, (E1, SEP): 1.0, (E2, SEP): 1.0, (E1, OCT): 1.0, (E2, OCT): 1.0}
        )
        (late,) = told(rows, None, Rule(kind="late", at_least=2))
        assert late.sentence == "西镇2026年10月产业月报至今未报,已连续2期(0/1个村已报)。"
        assert told(rows, None, Rule(kind="late", at_least=3)) == []


class TestOverdue:
    LEDGER = problems(
        problem("1", due_on="2026-11-05"), problem("2", due_on="2026-11-14"), problem("3", "已销号"),
        problem("4", due_on="2026-11-01", place_code=W1), problem("5", due_on="2026-11-01", place_code=None),
    )  # fmt: skip

    def test_the_most_first(self):
        assert [item.sentence for item in only("overdue", AREA, self.LEDGER)] == [
            "东乡有2个问题逾期未整改(共3个,已销号1个),最长已逾期10天。",
            "县直及未注明有1个问题逾期未整改(共1个,已销号0个),最长已逾期14天。",
            "西镇有1个问题逾期未整改(共1个,已销号0个),最长已逾期14天。",
        ]

    def test_at_least_counts_problems(self):
        (east,) = told(AREA, self.LEDGER, Rule(kind="overdue", at_least=2))
        assert (east.place_code, east.severity) == (EAST, 2)

    def test_of_one_village(self):
        (item,) = told(AREA, self.LEDGER, Rule(kind="overdue"), place=W1)
        assert item.sentence == "西一村有1个问题逾期未整改(共1个,已销号0个),最长已逾期14天。"
        assert told(AREA, self.LEDGER, Rule(kind="overdue"), place=E2) == []


class TestBlank:
    ROWS = together(*(reports(name, {(E1, SEP): n, (E2, SEP): n}) for name, n in
                      (("households", 6.0), ("m0", 6.0), ("m1", 0.0), ("m2", 0.0), ("m3", 0.0))))  # fmt: skip

    def test_villages_of_a_township(self):
        (blank,) = only("blank", self.ROWS)
        assert blank.sentence == "东乡有2个村、12户没有任何产业措施:东一村、东二村。"
        assert (blank.page, blank.place_code) == ("industry", EAST)

    def test_at_least_counts_villages(self):
        assert len(told(self.ROWS, None, Rule(kind="blank", at_least=2))) == 1
        assert told(self.ROWS, None, Rule(kind="blank", at_least=3)) == []

    def test_of_one_village_that_reported(self):
        (item,) = told(self.ROWS, None, Rule(kind="blank", at_least=2), place=E1)
        assert (item.sentence, item.place_code) == ("东一村6户没有任何产业措施。", E1)
        assert told(self.ROWS, None, Rule(kind="blank"), place=W1) == []


class TestFalling:
    RULE = Rule(kind="falling", at_least=20, indicators=("area",))

    def test_stock_below_last_years(self):
        # east 60 → 48: -20 %; west 10 → 9: -10 %
        rows = reports("area", {(E1, LAST_OCT): 50.0, (E2, LAST_OCT): 10.0, (W1, LAST_OCT): 10.0,
                                (E1, OCT): 38.0, (E2, OCT): 10.0, (W1, OCT): 9.0})  # fmt: skip
        (east,) = told(rows, None, self.RULE)
        assert east.sentence == "东乡茶园面积48亩,上年同期60亩,同口径下降20.0%。"
        assert (east.page, east.indicator_id, east.period, east.severity) == ("industry", "area", OCT, 20)
        assert [item.place_code for item in told(rows, None, Rule(kind="falling"))] == [EAST, WEST]

    def test_flow_is_summed_since_january(self):
        rows = reports("output", {(W1, f"{year}-{month:02d}"): kg for year, kg in ((2025, 100.0), (2026, 50.0))
                                  for month in (1, 2)})  # fmt: skip
        (west,) = told(rows, None, Rule(kind="falling", indicators=("output",)))
        assert west.sentence == "西镇茶叶产量1—2月累计100公斤,上年同期200公斤,同口径下降50.0%。"

    def test_ratio_falls_in_points(self):
        rows = together(
            reports("plucked", {(W1, LAST_OCT): 8.0, (W1, OCT): 6.0}),
            reports("area", {(W1, LAST_OCT): 10.0, (W1, OCT): 10.0}),
        )
        (west,) = told(rows, None, Rule(kind="falling", at_least=20, indicators=("share",)))
        assert west.sentence == "西镇采摘率60.0%(6/10亩),上年同期80.0%,同口径下降20.0个百分点。"
        assert told(rows, None, Rule(kind="falling", at_least=21, indicators=("share",))) == []

    def test_where_less_is_better_a_rise_is_worse(self):
        rows = reports("poor", {(W1, LAST_OCT): 2.0, (W1, OCT): 3.0, (E1, LAST_OCT): 4.0, (E1, OCT): 1.0})
        (west,) = told(rows, None, Rule(kind="falling", indicators=("poor",)))
        assert west.sentence == "西镇空壳村3个,上年同期2个,同口径上升50.0%。"

    @pytest.mark.parametrize(
        "rows",
        [
            reports("area", {(W1, OCT): 1.0}),  # nothing last year
            reports("area", {(W1, LAST_OCT): 0.0, (W1, OCT): 1.0}),  # no share of nothing
            reports("area", {(W1, LAST_OCT): 5.0, (W1, OCT): None}),  # not reported
            # the village of last year has been recoded and its old rows lie on no place of the register
            reports("area", {("990101002009", LAST_OCT): 5.0, (W1, OCT): 1.0}),
        ],
        ids=["new", "zero", "missing", "recoded"],
    )
    def test_what_cannot_be_compared_has_not_fallen(self, rows):
        assert told(rows, None, Rule(kind="falling", indicators=("area",))) == []


class TestDropped:
    PARTS = (RankingPart(indicator="area", weight=1),)
    # September: east 60/80 = 75 %, west 10/10 = 100 %; October: east 80/80, west 4/10
    ROWS = together(
        AREA[AREA["target"].isna()], targets("area", {(EAST, "2026"): 80.0, (WEST, "2026"): 10.0})
    )

    def test_rank_before_and_now(self):
        (west,) = told(self.ROWS, None, Rule(kind="dropped", at_least=1), parts=self.PARTS)
        assert west.sentence == "西镇综合得分第2/2名,比2026年9月后退1位。"
        assert (west.page, west.place_code, west.severity) == ("ranking", WEST, 1)

    def test_default_is_the_places_that_count_as_a_move(self):
        assert told(self.ROWS, None, Rule(kind="dropped"), parts=self.PARTS) == []

    def test_ties_and_unranked_have_not_dropped(self):
        # September 100 % and 100 %, both first; October east 80, west missing
        rows = together(
            reports(
                "area", {(E1, SEP): 80.0, (E2, SEP): 0.0, (W1, SEP): 10.0, (E1, OCT): 80.0, (E2, OCT): 0.0}
            ),
            targets("area", {(EAST, "2026"): 80.0, (WEST, "2026"): 10.0}),
        )
        assert told(rows, None, Rule(kind="dropped", at_least=1), parts=self.PARTS) == []
        assert told(rows, None, Rule(kind="dropped", at_least=1), parts=self.PARTS, period=SEP) == []


def test_each_rule_has_its_share_of_the_list_and_what_is_free_goes_to_the_others():
    codes = [f"99010100{number}001" for number in range(1, 7)]
    register = places(COUNTY, *(code[:9] + "000" for code in codes), *codes)
    ledger = problems(*(problem(code, due_on="2026-11-01", place_code=code) for code in codes))
    rows = reports("area", {(code, SEP): 1.0 for code in codes} | {(codes[0], OCT): 1.0})
    for limit, kinds in ((4, ["overdue"] * 3 + ["late"]), (8, ["overdue"] * 6 + ["late"] * 2)):
        assert [item.kind for item in told(rows, ledger, register=register, limit=limit)] == kinds


def test_all_that_the_rules_find_is_more_than_the_list():
    ledger = problems(problem("1", due_on="2026-11-05"), problem("2", due_on="2026-11-05", place_code=W1))
    tables = Tables(
        values=lambda *_: AREA.iloc[:0], places=places(), problems=ladder(ledger, AS_OF, settings().problems),
        reporting=reporting_matrix(AREA, places(), ["monthly"]), blank=AREA.iloc[:0], composite=AREA.iloc[:0],
    )  # fmt: skip
    found = found_by_rule(tables, ruled(Rule(kind="overdue")), None)
    assert [len(items) for items in found] == [2]
    assert listed(found, 1) == found[0][:1]


def test_rules_come_in_the_configs_order():
    ledger = problems(problem("1", due_on="2026-11-05"))
    rules = (Rule(kind="behind"), Rule(kind="overdue"))
    assert [item.kind for item in told(AREA, ledger, *rules)] == ["behind", "overdue"]


def test_a_township_hears_of_itself_only():
    ledger = problems(problem("1", due_on="2026-11-05"), problem("2", due_on="2026-11-05", place_code=W1))
    assert {item.place_code for item in told(AREA, ledger, place=WEST)} == {WEST}


def test_order_of_rows_changes_nothing():
    ledger = problems(problem("1", due_on="2026-11-05"), problem("2", due_on="2026-11-05", place_code=W1))
    rows, found = (frame.iloc[::-1].reset_index(drop=True) for frame in (AREA, ledger))
    assert told(rows, found, register=places().iloc[::-1]) == told(AREA, ledger)


def test_hostile_names_stay_plain_text_for_the_page_to_escape():
    register = places().assign(name=lambda frame: frame["name"].replace("西镇", "<b>西镇</b>"))
    assert any("<b>西镇</b>" in item.sentence for item in told(AREA, register=register))


@pytest.mark.parametrize("period", [None, "2015", "2026-10"])
def test_an_empty_county_has_nothing_urgent(period):
    every = tuple(Rule(kind=kind) for kind in ("overdue", "late", "behind", "blank", "falling", "dropped"))
    empty = AREA.iloc[:0]
    parts = (RankingPart(indicator="area", weight=1), RankingPart(metric="closure_rate", weight=1))
    assert told(empty, None, *every, period=period, parts=parts) == []
    assert told(empty, None, *every, period=period, register=places(COUNTY)) == []
