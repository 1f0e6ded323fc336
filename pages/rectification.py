"""问题整改: from the inspection's opinion until the problem is struck off and stays struck off."""

from ui import answers, filters, frame, limits, notices, problem_list, rectification_overview, responsibility
from ui.rectification_forecast import STYLE as FORECAST_STYLE
from ui.rectification_forecast import forecast
from ui.rectification_progress import STYLE, progress
from ui.recurrence import STYLE as RECURRENCE_STYLE
from ui.recurrence import recurrence
from ui.spot_check import STYLE as CHECK_STYLE
from ui.spot_check import spot_check

PARTS = ("总体", "责任", "进度", "能否按期", "举一反三", "清单", "随机抽查")

with frame.page(
    "rectification",
    *rectification_overview.STYLES,
    STYLE,
    problem_list.STYLE,
    RECURRENCE_STYLE,
    CHECK_STYLE,
    FORECAST_STYLE,
) as page:
    data, view = page.data, page.view
    with filters.bar():
        filters.place(data, view, villages=True)
        part = filters.part("part", "看什么", limits.parts(data, "rectification", PARTS))

    found = answers.within(answers.problems(data), view.place, page.level)
    if part == "随机抽查":
        spot_check(page, found)  # households and the township that reports are drawn without problems too
    elif found.empty:
        notices.empty(f"{page.place_name}没有检查反馈问题。")
    elif part == "总体":
        rectification_overview.overview(page, found)
    elif part == "责任":
        responsibility.responsibility(page, found)
    elif part == "进度":
        progress(page, found)
    elif part == "能否按期":
        forecast(page, found)
    elif part == "举一反三":
        recurrence(page, found)
    elif part == "清单":
        problem_list.problem_list(page, found)
