"""What the reader sees instead of figures: nothing published, something broken, an empty table.

In: a DataProblem, a ConfigProblem or a sentence. Out: plain Chinese that says what to do; never a traceback.
Other exceptions are our own bugs and are left to crash.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from settings import ConfigProblem
from ui.html import text
from wording import markdown_escape, period_text

PREPARE = "python prepare.py"


def no_data(problem: Exception) -> None:
    """The page for when no data set can be opened: what happened and how to get one."""
    title = "配置文件需要修改" if isinstance(problem, ConfigProblem) else "还没有可以显示的数据"
    st.html(
        f'<div class="gm-stop"><h1>{title}</h1><p class="gm-why">{text(problem)}</p>'
        "<ol><li>把乡镇报来的台账放进配置文件里写明的原始数据文件夹。</li>"
        f"<li>在程序目录里运行 <code>{PREPARE}</code>(演示数据直接运行 <code>make run</code>)。</li>"
        "<li>看到“已发布”后,刷新本页。</li></ol>"
        "<p>原来发布过的数据不会因此丢失。</p></div>"
    )


def reserved(sentence: str) -> None:
    """The page for whoever may not open this one: whom it is open to."""
    st.html(
        f'<div class="gm-stop"><h1>这一页没有对你开放</h1><p class="gm-why">{text(sentence)}</p>'
        "<p>其他页面可以照常看。需要开放的,请联系县里的管理员。</p></div>"
    )


def no_snapshot(problem: Exception, leave: Callable[[], None]) -> None:
    """The page for when the meeting snapshot of the address cannot be shown: why, and the way to the newest data."""
    st.html(
        f'<div class="gm-stop"><h1>打不开这个会议快照</h1><p class="gm-why">{text(problem)}</p>'
        "<p>最新数据和其他快照不受影响。</p></div>"
    )
    st.button("看最新数据", key="gm_newest", on_click=leave, type="primary")


def problem(found: Exception) -> None:
    """A part of the page that cannot be shown, with the reason."""
    st.error(markdown_escape(str(found)))


def our_fault(number: str) -> None:
    """Stands above Streamlit's English box, which style.css hides; under the number the error is in the server's log."""
    st.error(
        f"程序出错了,这一页没有显示完整。请把编号 {number} 告诉维护人员(出错信息在后台日志里);其他页面可以照常使用。"
    )


def empty(sentence: str) -> None:
    """An empty state: what would stand here and why it does not."""
    st.html(f'<div class="gm-empty">{text(sentence)}</div>')


def too_early(period: str, what: str, first: str) -> None:
    """An empty state: the chosen period lies before the first report."""
    empty(f"{period_text(period)}及以前没有{what},最早是{period_text(first)}。")


def hints(sentences: tuple[str, ...]) -> None:
    """Small notices above the page, e.g. that the address asked for something unknown."""
    if sentences:
        items = "".join(f"<div>{text(sentence)}</div>" for sentence in sentences)
        st.html(f'<div class="gm-hint">{items}</div>')
