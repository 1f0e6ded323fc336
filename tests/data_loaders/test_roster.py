"""The roster of accounts: every fault is said with its line, and lets in nobody that it should not."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_loaders.roster import Entry, read_roster, roster_of
from faults import DataProblem

HEAD = "账号,角色,乡镇或单位\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_it_is_read_as_excel_saves_it(tmp_path: Path, encoding: str):
    path = tmp_path / "名册.csv"
    path.write_bytes(
        (HEAD + "zhang,县级,\r\n\r\nli, 乡镇 ,东山镇、西岭乡\r\nwang,bureau,甲局\uff1b乙局\r\n").encode(
            encoding
        )
    )
    assert read_roster(path).entries == {
        "zhang": Entry("county"),
        "li": Entry("township", ("东山镇", "西岭乡")),
        "wang": Entry("bureau", ("甲局", "乙局")),
    }


def test_faults_name_line_account_and_what_to_do():
    found = roster_of(HEAD + "a,县长,\nb,乡镇,\nc,县直单位,\nd,县级,\nD,县级,\ne,停用,\n")
    assert found.faults == (
        "名册 第2行 账号“a”:角色“县长”不认识。请写县级、县直单位、乡镇、讲解、数据员、停用中的一个。",
        "名册 第3行 账号“b”:角色是乡镇,却没有写哪个乡镇。请在第3列写乡镇名称或代码。",
        "名册 第4行 账号“c”:角色是县直单位,却没有写哪个单位。请在第3列写单位名称,和台账里一样。",
        "名册 第6行 账号“D”:第5行已经有这个账号,两行都不作数。请只留一行。",
    )
    assert found.entries == {}
    assert all(found.is_closed(account) for account in "abcdeABCDE")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "第1行要写"),
        ("账号;角色\n".encode(), "第1行要写"),
        ((HEAD + ",停用,\n").encode(), "第2行没有账号"),
        ((HEAD + 'a,"县级\n').encode(), "引号不成对"),
        (b"PK\x03\x04\x00\x00\x00", "不是CSV文本"),
        (HEAD.encode("utf-16"), "名册.csv"),
    ],
)
def test_a_file_that_is_no_roster_is_refused(tmp_path: Path, content: bytes, said: str):
    path = tmp_path / "名册.csv"
    path.write_bytes(content)
    with pytest.raises(DataProblem, match=said):
        read_roster(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(DataProblem, match="读不了"):
        read_roster(tmp_path / "名册.csv")
