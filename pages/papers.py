"""材料: the papers that are handed out — 通报, 汇报, 一口清."""

from access.people import Action
from ui import bulletin, filters, frame, place_cards, rights, slides_paper

PARTS: dict[str, Action | None] = {"通报": "papers", "汇报": "papers", "一口清": "export"}

with frame.page("papers", bulletin.STYLE, place_cards.STYLE) as page:
    parts = rights.open_parts("part", PARTS)
    with filters.bar():
        part = filters.part("part", "看什么", parts)
        if part != "汇报":  # whose views have their own places
            filters.place(page.data, page.view, villages=part == "一口清")
        filters.period(page.data, page.view)
    if part == "通报":
        bulletin.bulletin_part(page)
    elif part == "一口清":
        place_cards.place_cards(page)
    elif part == "汇报":
        slides_paper.slides_part(page)
