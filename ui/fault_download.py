"""The workbook that goes back to the townships, for the version on the screen."""

from __future__ import annotations

import streamlit as st

from data_loaders.contract import Dataset
from data_loaders.store import fault_workbook_path
from ui import cached, downloads, notices
from ui.html import note


def download(data: Dataset) -> None:
    """A button; a sentence when the version has no workbook (an older program prepared it); nothing for whoever may not."""
    if not downloads.may("faults"):
        return
    path = fault_workbook_path(cached.config().paths.prepared, data.version)
    if path is None:
        notices.empty("这个版本没有附问题清单,重新运行 prepare.py 后可以下载。")
        return
    name = f"{data.settings.county.name}问题清单{data.manifest.as_of:%Y%m%d}.xlsx"
    # Read when somebody asks for it: it may be large, and most readers of the page do not.
    downloads.offer(
        "faults",
        "下载问题清单(Excel)",
        path.read_bytes,
        file_name=name,
        key="fault_workbook",
        version=data.version,
    )
    st.html(note("每个乡镇一张表,后附有问题的原表,错处已标红并写明怎样改,可直接退回乡镇。"))
