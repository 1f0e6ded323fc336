from datetime import date

import pandas as pd
import pytest

from wording import (
    date_text,
    fraction_text,
    is_missing,
    markdown_escape,
    number_text,
    percent_text,
    period_text,
    scale_of,
)


@pytest.mark.parametrize(
    ("value", "unit", "decimals", "text"),
    [
        (1234.5, "万袋", 1, "1,234.5万袋"),
        (12_345_678.0, "万袋", 1, "12,345,678.0万袋"),  # no 万 of 万
        (999_999, "公斤", 0, "999,999公斤"),
        (1_234_567, "公斤", 0, "123.46万公斤"),
        (-1_234_567, "公斤", 0, "-123.46万公斤"),
        (239_000_000, "元", 0, "2.39亿元"),
        (93.25, "%", 1, "93.2%"),
        (0, "户", 0, "0户"),
        (-0.2, "户", 0, "0户"),
        (3, "", 2, "3.00"),
    ],
)
def test_figures_with_their_units(value, unit, decimals, text):
    assert number_text(value, unit, decimals) == text


@pytest.mark.parametrize("nothing", [None, float("nan"), pd.NA, pd.NaT])
def test_a_missing_figure_is_not_zero(nothing):
    assert is_missing(nothing)
    assert number_text(nothing, "亩") == "未报送"
    assert number_text(nothing, "亩", missing="—") == "—"
    assert percent_text(nothing) == "—"
    assert date_text(nothing) == "—"
    assert period_text(nothing) == "—"
    assert markdown_escape(nothing) == ""


def test_signs():
    assert number_text(12.34, "亩", 1, signed=True) == "+12.3亩"
    assert number_text(-12.34, "亩", 1, signed=True) == "-12.3亩"
    assert number_text(0.04, "亩", 1, signed=True) == "0.0亩"
    assert percent_text(5, signed=True) == "+5.0%"


def test_almost_all_is_not_all():
    assert percent_text(99.97) == "99.9%"
    assert percent_text(99.6, 0) == "99%"
    assert percent_text(99.94) == "99.9%"
    assert percent_text(100) == "100.0%"
    assert percent_text(100.04) == "100.0%"


def test_both_parts_of_a_share():
    assert fraction_text(412, 420, "个村") == "412/420个村"
    assert fraction_text(None, 420) == "未报送/420"


def test_scale_of_an_axis():
    assert scale_of(2e6, "公斤") == (1e4, "万")
    assert scale_of(2e6, "万袋") == (1.0, "")


def test_periods_and_dates():
    assert period_text("2026-10") == "2026年10月"
    assert period_text("2026-01") == "2026年1月"
    assert period_text("2026") == "2026年"
    assert date_text(date(2026, 11, 5)) == "2026年11月5日"
    assert date_text(pd.Timestamp(2026, 11, 15)) == "2026年11月15日"


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        ("**粗** <b>x</b>", r"\*\*粗\*\* \<b\>x\<\/b\>"),
        ("[点我](http://x)", "\\[点我\\]\\(http\\:\u2060\\/\\/x\\)"),
        (":red[警报] :material/home:", "\\:\u2060red\\[警报\\] \\:\u2060material\\/home\\:"),
        ("a@b.cn", "a\\@\u2060b\\.cn"),
        ("www.x.cn", "www\u2060\\.x\\.cn"),
        ("一\n# 二\n- 三", r"一 \# 二 \- 三"),
        ("$x^2$ `码`", r"\$x\^2\$ \`码\`"),
        ("东一村", "东一村"),
        (12, "12"),
    ],
)
def test_ledger_text_is_plain_text_in_markdown(hostile, harmless):
    assert markdown_escape(hostile) == harmless
