"""材料: the papers that are handed out — 通报, 汇报, 一口清."""

from ui import filters, frame, notices

PARTS = ("通报", "汇报", "一口清")

with frame.page("papers") as page:
    with filters.bar():
        part = filters.part("part", "看什么", PARTS)
    notices.empty(f"{part}:还没有内容。")
