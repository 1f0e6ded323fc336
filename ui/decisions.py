"""What needs a decision: one sentence each, the worst first, leading to the page that shows more.

In: `metrics.exceptions.Urgent` items. Out: links that keep the view and add the item's place, indicator and the part
of the page that it is about; how many more there are, by kind. Their sentences hold names from ledgers and are escaped.

A link does not add the item's period: the page it leads to finds the same one, as the latest for what is chosen, and
whoever comes back is not left in last quarter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from metrics.exceptions import Urgent
from settings import RuleKind, Settings
from ui import answers, limits, notices, view
from ui.fitting import fitting
from ui.frame import Page
from ui.html import note
from ui.navigation import entry
from ui.view import View
from wording import markdown_escape

ON_PAGE, ON_WALL = 12, 8
WALL_LINES, WALL_CHARS = 10.2, 31
NAMES: dict[RuleKind, str] = {
    "overdue": "逾期",
    "late": "未报",
    "behind": "滞后",
    "blank": "空白",
    "falling": "下降",
    "dropped": "退位",
}
COLOURS: dict[RuleKind, str] = {"overdue": "red", "late": "gray", "blank": "blue"}
TAGS = {kind: f":{COLOURS.get(kind, 'orange')}-badge[{name}]" for kind, name in NAMES.items()}
LOOKED_FOR: dict[RuleKind, str] = {
    "overdue": "逾期的问题",
    "late": "漏报的台账",
    "behind": "明显落后的指标",
    "blank": "空白村",
    "falling": "比上年下降的指标",
    "dropped": "名次下滑",
}
# The part of the page that the item is about, as that page's own chooser names it.
PARTS: dict[RuleKind, dict[str, str]] = {
    "overdue": {"part": "清单", "show": "逾期"},
    "blank": {"part": "措施到户"},
    "behind": {"by": "单项指标"},
    "falling": {"part": "按产业看"},
}


def decisions(page: Page) -> None:
    """The place's items with their heading, as many as there is room for."""
    limit = ON_WALL if page.view.present else ON_PAGE
    asked = (page.data, page.view.period, page.view.place_or_none())
    items = answers.urgent(*asked, limit)
    if page.view.present:
        said = [f"{NAMES[item.kind]}  {item.sentence}" for item in items]
        items = items[: fitting(said, WALL_LINES, WALL_CHARS, between=0.35)]
    every = dict.fromkeys(item for found in answers.urgent_by_rule(*asked) for item in found)
    shown = set(items)
    rest = [item for item in every if item not in shown]
    counted = f"(共{len(every)}项,先列{len(items)}项)" if rest and page.view.present else ""
    st.subheader(f"需要拍板的事项{counted}", anchor=False)
    if items:
        listing(items, page.view, page.data.settings)
        if rest and not page.view.present:
            _more(rest, page.view)
    else:
        kinds = dict.fromkeys(
            rule.kind
            for rule in page.data.settings.overview.rules
            if rule.kind not in ("late", "blank") or limits.has_own(page.data)
        )
        notices.empty(f"没有查到要拍板的事项({'、'.join(LOOKED_FOR[kind] for kind in kinds)})。")


def listing(items: Sequence[Urgent], chosen: View, settings: Settings) -> None:
    """The items as links, in the order given."""
    with st.container(key="gm_decisions", gap=None):
        for item in items:
            st.page_link(
                entry(item.page).script,
                label=f"{TAGS[item.kind]} {markdown_escape(item.sentence)}",
                help="",
                width="stretch",
                query_params=_params(item, chosen, settings),
            )


def _more(rest: Sequence[Urgent], chosen: View) -> None:
    """How many are not listed, each kind with a link to the page that has all of them."""
    pages = {item.kind: item.page for item in rest}
    with st.container(horizontal=True, vertical_alignment="center", key="gm_decisions_more", gap="small"):
        st.html(note(f"还有{len(rest)}项:"), width="content")
        for kind, count in Counter(item.kind for item in rest).items():
            st.page_link(
                entry(pages[kind]).script,
                label=f"{NAMES[kind]}{count}项",
                query_params=view.params(chosen) | PARTS.get(kind, {}),
            )


def _params(item: Urgent, chosen: View, settings: Settings) -> dict[str, str]:
    found = view.params(chosen, place=item.place_code)
    if item.kind in ("behind", "falling") and item.indicator_id:
        found["indicator"] = item.indicator_id
    titles = {source.id: source.title for source in settings.sources}
    if item.source_id in titles:
        found["ledger"] = titles[item.source_id]
    return found | PARTS.get(item.kind, {})
