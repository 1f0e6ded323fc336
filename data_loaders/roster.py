"""The roster of accounts 名册: who has which role.

In: a CSV of 账号, 角色, 乡镇或单位, as Excel saves it. Out: a `Roster`. Refuses a file that cannot be read as such a table, with
all that is wrong: nobody is let in by it. In a file that can, an account whose row is faulty, or that stands there twice, is
`faulty`: it alone is let in by nothing.

`python -m data_loaders.roster FILE` says what is wrong with a file before it is used.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from faults import DataProblem
from settings.access import Role

HEADER = ("账号", "角色", "乡镇或单位")
LARGEST = 5_000_000  # bytes: far more than any county has people
BARRED = "停用"
SEPARATORS = ",;\uff0c\uff1b"  # besides the 、 that we write

ROLES: dict[str, Role] = {
    "县级": "county",
    "县直单位": "bureau",
    "乡镇": "township",
    "讲解": "presenter",
    "数据员": "clerk",
    **{role: role for role in get_args(Role)},
}
ROLE_NAMES: dict[Role, str] = {role: name for name, role in ROLES.items() if name != role}
"""What a role is called on screen and in the roster."""


@dataclass(frozen=True)
class Entry:
    """A row: what somebody is; `places` are townships or units as they are written."""

    role: Role
    places: tuple[str, ...] = ()


@dataclass(frozen=True)
class Roster:
    """Who stands in it. `closed`: accounts that nothing lets in, in small letters, barred or faulty."""

    entries: dict[str, Entry] = field(default_factory=dict)
    closed: frozenset[str] = frozenset()
    faults: tuple[str, ...] = ()

    def is_closed(self, account: str) -> bool:
        """Whether the account is barred, or its row is faulty; however its letters are written."""
        return account.casefold() in self.closed


def read_roster(path: Path) -> Roster:
    """The roster in that file. Raises DataProblem when it is no such table."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DataProblem(f"名册 {path.name} 读不了。请检查这个文件在不在、程序能不能读。") from error
    if len(raw) > LARGEST:
        raise DataProblem(f"名册 {path.name} 太大,不像是名册。请检查 [access] roster 写的是不是名册。")
    return roster_of(_decoded(raw, path.name), path.name)


def roster_of(text: str, name: str = "名册") -> Roster:
    """The roster that is written there. Raises DataProblem when it is no such table."""
    lines = [(number, [cell.strip() for cell in row]) for number, row in _rows(text, name)]
    lines = [(number, row) for number, row in lines if any(row)]
    if not lines or tuple(lines[0][1][:3]) != HEADER:
        raise DataProblem(f"{name} 第1行要写:{','.join(HEADER)}。请照样式补上表头。")
    if lost := [f"第{number}行没有账号。" for number, row in lines[1:] if not row[0]]:
        # It may be the row of somebody who is barred: nobody can say whom to keep out.
        raise DataProblem(f"{name} " + "".join(lost) + "请补上账号,或删去这一行。")
    cells = [(number, [*row, "", ""]) for number, row in lines[1:]]
    return _roster([(number, row[0], row[1], row[2]) for number, row in cells], name)


def _roster(rows: list[tuple[int, str, str, str]], name: str) -> Roster:
    entries: dict[str, Entry] = {}
    closed: set[str] = set()
    first: dict[str, int] = {}
    faults: list[str] = []
    for number, account, role, places in rows:
        key = account.casefold()
        said = f"{name} 第{number}行 账号“{account}”:"
        if key in first:
            faults.append(f"{said}第{first[key]}行已经有这个账号,两行都不作数。请只留一行。")
            closed.add(key)
        first.setdefault(key, number)
        if role == BARRED:
            closed.add(key)
        elif fault := _fault(role, _split(places)):
            faults.append(said + fault)
            closed.add(key)
        else:
            entries[account] = Entry(ROLES[role], _split(places))
    return Roster(
        {account: entry for account, entry in entries.items() if account.casefold() not in closed},
        frozenset(closed),
        tuple(faults),
    )


def _fault(role: str, places: tuple[str, ...]) -> str:
    if role not in ROLES:
        allowed = "、".join((*ROLE_NAMES.values(), BARRED))
        return f"角色“{role}”不认识。请写{allowed}中的一个。"
    if ROLES[role] == "township" and not places:
        return "角色是乡镇,却没有写哪个乡镇。请在第3列写乡镇名称或代码。"
    if ROLES[role] == "bureau" and not places:
        return "角色是县直单位,却没有写哪个单位。请在第3列写单位名称,和台账里一样。"
    return ""


def _split(places: str) -> tuple[str, ...]:
    for separator in SEPARATORS:
        places = places.replace(separator, "、")
    return tuple(each.strip() for each in places.split("、") if each.strip())


def _rows(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise DataProblem(
            f"{name} 第{reader.line_num}行读不了,多半是引号不成对。请用Excel重新另存为CSV。"
        ) from error


def _decoded(raw: bytes, name: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise DataProblem(f"{name} 不是CSV文本。请用Excel另存为“CSV UTF-8(逗号分隔)”。")


if __name__ == "__main__":
    try:
        found = read_roster(Path(sys.argv[1]))
    except DataProblem as problem:
        sys.exit(str(problem))
    print("\n".join((*found.faults, f"{len(found.entries)}个账号有权限,{len(found.closed)}个停用或有误。")))
    sys.exit(1 if found.faults else 0)
