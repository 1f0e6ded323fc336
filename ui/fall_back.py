"""Why the page does not show the newest data, in a sentence for everybody who reads it.

In: what was found when the data was opened (`cached.Standing`). Out: one plain sentence with both dates, or "". Refuses
to name files, places or figures: the hall and the public read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from data_loaders.contract import Dataset
from ui import cached
from ui.cached import Standing, Trouble
from wording import date_text

_SHORT: dict[Trouble, str] = {
    "damaged": "最新一批损坏,暂用上一批",
    "newer": "最新一批打不开,暂用上一批",
    "no current": "暂用最近一批完好的",
    "unreachable": "数据文件夹读不到,暂用内存里的",
}


@dataclass(frozen=True)
class Said:
    """The sentence, and the few words that a wall's head has room for."""

    sentence: str
    in_short: str


def said_of(data: Dataset) -> Said | None:
    """What a page with this data has to say of it; None when it is the newest. Raises ConfigProblem."""
    found = cached.last_standing()
    if found is None or found.data.version != data.version or not found.trouble:
        return None
    return Said(sentence(found), _SHORT[found.trouble])


def sentence(found: Standing) -> str:
    """What is the matter, what is shown instead, who does what."""
    newest = f"最新一批数据({_until(found.wanted)})" if found.wanted else "最新一批数据"
    shown = _shown(found.data)
    match found.trouble:
        case "":
            return ""
        case "damaged":
            return f"{newest}损坏,暂时显示{shown}。请管理员重新准备数据。"
        case "newer":
            return f"{newest}是新版程序准备的,这一版程序打不开,暂时显示{shown}。请管理员更新程序。"
        case "no current":
            return (
                f"数据文件夹里的 CURRENT 文件损坏,暂时显示最近一批完好的数据:{shown}。请管理员重新准备数据。"
            )
        case "unreachable":
            return f"数据文件夹读不到,暂时显示还在内存里的数据:{shown}。恢复后自动更新,请管理员检查磁盘。"


def _shown(data: Dataset) -> str:
    prepared = datetime.fromisoformat(data.manifest.prepared_at).astimezone()
    return f"截至{date_text(data.manifest.as_of)}的数据({date_text(prepared.date())}{prepared:%H:%M}准备)"


def _until(version: str) -> str:
    """A version's name begins with its as-of day; nothing else of a damaged one can be relied on."""
    try:
        return f"截至{date_text(date(int(version[:4]), int(version[4:6]), int(version[6:8])))}"
    except ValueError:
        return version
