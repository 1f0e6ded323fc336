"""会议: the agenda, who speaks when, and the snapshots of what a meeting looked at."""

from ui import filters, frame, notices

PARTS = ("议程", "发言顺序", "会议快照", "快照对比")

with frame.page("meeting") as page:
    with filters.bar():
        part = filters.part("part", "看什么", PARTS)
    notices.empty(f"{part}:还没有内容。")
