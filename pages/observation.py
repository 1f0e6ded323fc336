"""Stub."""

from ui import filters, frame

with frame.page("observation") as page:
    with filters.bar():
        filters.place(page.data, page.view, villages=True)
        filters.indicator(page.data, page.view, tuple(page.data.settings.indicators))
        filters.period(page.data, page.view)
