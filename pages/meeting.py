"""会议: the agenda, who speaks when, the snapshots of what a meeting looked at, and what has changed since."""

from ui import filters, frame
from ui.meeting_agenda import STYLE, agenda_part
from ui.meeting_snapshots import snapshots_part
from ui.meeting_speakers import speakers_part
from ui.snapshot_difference import difference_part

PARTS = ("议程", "发言顺序", "会议快照", "快照对比")

with frame.page("meeting", STYLE) as page:
    with filters.bar():
        part = filters.part("part", "看什么", PARTS)

    if part == "议程":
        agenda_part(page)
    elif part == "发言顺序":
        speakers_part(page)
    elif part == "会议快照":
        snapshots_part(page)
    else:
        difference_part(page)
