"""Names and bytes of zip entries of unknown origin."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest

from tests.workbook_formats import zipped, zipped_on_windows
from zips import BROKEN, entry_name, is_litter, leads_outside, read_entry


def names(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [entry_name(entry) for entry in archive.infolist()]


def with_utf8_beside(shown, stored):
    """The extra field in which 7-Zip repeats a name that it stores in the system's encoding."""
    entry = zipfile.ZipInfo(stored)
    body = struct.pack("<BI", 1, zlib.crc32(stored.encode("cp437"))) + shown.encode()
    entry.extra = struct.pack("<HH", 0x7075, len(body)) + body
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(entry, b"")
    return target.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        zipped({"月报/龙潭镇.xlsx": b""}),
        zipped_on_windows({"月报/龙潭镇.xlsx": b""}),
        with_utf8_beside("月报/龙潭镇.xlsx", "?.xlsx"),
    ],
)
def test_chinese_names_are_read_however_they_were_written(content):
    assert names(content) == ["月报/龙潭镇.xlsx"]


def test_a_name_that_is_no_chinese_stays_as_it_is():
    assert names(zipped({"report.xlsx": b""})) == ["report.xlsx"]


@pytest.mark.parametrize(
    "name", ["../x", "a/../../x", "..\\x", "/etc/x", "\\\\host\\x", "C:\\x", "c:x", "a\0b", ""]
)
def test_names_that_lead_out(name):
    assert leads_outside(name)


@pytest.mark.parametrize("name", ["x", "a/b.xlsx", "a..b/c", "月报/2026年3月.xlsx", "a\\b.xlsx"])
def test_names_that_stay(name):
    assert not leads_outside(name)


@pytest.mark.parametrize(
    "name", ["~$a.xlsx", "a/.DS_Store", "__MACOSX/a", ".git/config", "a/Thumbs.db", "desktop.ini"]
)
def test_litter(name):
    assert is_litter(name)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_expand_without_a_bound_are_not_used(method):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        archive.writestr("a", b"x" * 100)
    with zipfile.ZipFile(target) as archive, pytest.raises(BROKEN):
        read_entry(archive, archive.infolist()[0], 1_000)


def test_no_more_is_expanded_than_allowed():
    with zipfile.ZipFile(io.BytesIO(zipped({"a": b"x" * 1_000}))) as archive:
        entry = archive.infolist()[0]
        assert read_entry(archive, entry, 1_000) == b"x" * 1_000
        with pytest.raises(BROKEN):
            read_entry(archive, entry, 999)
