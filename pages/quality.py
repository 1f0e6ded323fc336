"""数据质量: who has not reported, what was rejected and why, what does not fit together, how to mend it."""

import streamlit as st

from metrics.quality import suspicious_faults
from ui import answers, filters, frame, limits, notices, quality_wall
from ui.fault_download import download
from ui.faults import fault_list, files_read, late_table, quality_cards, suspicious_list
from ui.html import cards
from ui.reconciliation import has_differences, names_of_places, report_differences
from ui.reporting import reporting_chart

REPORTING, FAULTS, SUSPICIOUS, NAMES, REPORTS = "报送进度", "检查问题", "可疑数字", "地名对照", "报表差异"

with frame.page("quality") as page:
    data, view = page.data, page.view
    titles = {source.title: source.id for source in data.settings.sources if source.kind == "observations"}
    with filters.bar():
        filters.place(data, view)
        filters.period(data, view)
        parts = (REPORTING, FAULTS, SUSPICIOUS, NAMES, *([REPORTS] if has_differences(data) else []))
        part = filters.part("part", "看什么", limits.parts(data, "quality", parts))
        title = filters.part("ledger", "台账", tuple(titles)) if titles and part == REPORTING else None

    st.html(cards(quality_cards(data), kind="small"))
    faults = answers.within(data.faults, view.place, page.level)
    if part == REPORTING:
        everyone = answers.reporting(data, view.period)
        matrix = everyone[everyone["source_id"] == titles.get(title or "")]
        who, late_ = st.columns([3, 2], gap="medium")
        with who:
            if matrix.empty:
                notices.empty(f"{title or '台账'}还没有任何单位报送。")
            else:
                reporting_chart(page, title or "", matrix)
        with late_:
            late = answers.within(answers.late(data, view.period), view.place, page.level)
            late = late[late["source_id"] == titles.get(title or "")]
            st.subheader(f"没有报齐的乡镇 {len(late)} 个", anchor=False)
            if late.empty:
                notices.empty("都报齐了。" if len(matrix) else "还没有报送记录。")
            else:
                st.html(late_table(late, quality_wall.ROWS if view.present else None))
    elif part == FAULTS:
        with st.container(key="gm_detail_download"):
            download(data)
        (quality_wall.faults if view.present else fault_list)(faults, data)
    elif part == SUSPICIOUS:
        (quality_wall.suspicious if view.present else suspicious_list)(suspicious_faults(faults), data)
    elif part == NAMES:
        names_of_places(data, is_brief=view.present)
    else:
        (quality_wall.differences if view.present else report_differences)(data, view.place, page.level)
    if not limits.is_limited(data):
        with st.container(key="gm_detail_files"):
            files_read(data)
