"""Photos of a stop, from the folder of [paths] photos.

In: a stop and the page. Out: its photos: on the wall the first that can be shown, large; at a desk all of them. Refuses
to tell a hall that a photo is missing: that is said at the desk only.
"""

from __future__ import annotations

import streamlit as st

from data_loaders import stop_files
from data_loaders.contract import Dataset
from data_loaders.stop_files import Photo, photos_of
from faults import DataProblem
from ui import cached
from ui.cached import keep_as
from ui.frame import Page
from ui.html import note, text
from ui.stops import Record

AT_A_DESK = 6


def stop_photos(page: Page, row: Record) -> None:
    """The stop's photos, in a container of their own when there are any."""
    found = photos_of(cached.config().paths.photos, row["photo"])
    shown, problems = _readable(page.data, found, 1 if page.view.present else AT_A_DESK)
    if shown:
        with st.container(key="gm_point_photo"):
            for content, photo in shown:
                st.image(content, width="stretch", alt=photo.caption)
    if problems and not page.view.present:
        with st.container(key="gm_point_lost"):
            said = ";".join(f"“{photo.name}”{why}" for photo, why in problems)
            st.html(f'<p class="gm-note">照片没有显示:{text(said)}。</p>')
    if len(found) > len(shown) + len(problems) and not page.view.present:
        st.html(note(f"还有{len(found) - len(shown) - len(problems)}张照片,在文件夹里看。"))


def _readable(
    data: Dataset, found: list[Photo], most: int
) -> tuple[list[tuple[bytes, Photo]], list[tuple[Photo, str]]]:
    """The first photos that can be shown, and those before them that cannot, with why."""
    shown: list[tuple[bytes, Photo]] = []
    problems: list[tuple[Photo, str]] = []
    for each in found:
        if len(shown) == most:
            break
        if each.path is None:
            problems.append((each, each.problem))
            continue
        try:
            shown.append((_content(data, each), each))
        except DataProblem as problem:
            problems.append((each, str(problem).removeprefix(f"“{each.name}”").rstrip("。")))
    return shown, problems


def _content(data: Dataset, photo: Photo) -> bytes:
    limit = data.settings.limits.file_mb
    name = ("stop photo", str(photo.path), photo.modified, photo.size)
    return keep_as(data, name, lambda: stop_files.photo(photo, limit))
