"""What needs a decision: one sentence each, the worst first, leading to the page that shows more.

In: `metrics.overview.Urgent` items. Out: links that keep the view and add the item's place, indicator and
period. Their sentences hold names from ledgers and are escaped.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from metrics.overview import Urgent
from ui import view
from ui.navigation import entry
from ui.view import View
from wording import markdown_escape

TAGS = {
    "overdue": ":red-badge[逾期]",
    "late": ":gray-badge[未报]",
    "behind": ":orange-badge[滞后]",
    "blank": ":blue-badge[空白]",
}
# The part of the page that the item is about, as that page's own chooser names it.
PARTS = {"overdue": {"show": "逾期"}, "blank": {"part": "措施到户"}}


def listing(items: Sequence[Urgent], chosen: View) -> None:
    """The items as links, in the order given."""
    with st.container(key="gm_decisions", gap=None):
        for item in items:
            st.page_link(
                entry(item.page).script,
                label=f"{TAGS.get(item.kind, '')} {markdown_escape(item.sentence)}",
                help="",
                width="stretch",
                query_params=_params(item, chosen),
            )


def _params(item: Urgent, chosen: View) -> dict[str, str]:
    found = view.params(chosen, place=item.place_code)
    if item.kind == "behind" and item.indicator_id:
        found["indicator"] = item.indicator_id
    return found | PARTS.get(item.kind, {})
