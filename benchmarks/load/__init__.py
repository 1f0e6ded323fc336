"""Many readers at once: sessions that speak Streamlit's own protocol, and what the server makes of them.

`Session` is one browser tab without a browser, for whoever needs readers while something else happens:

    async with Session("http://127.0.0.1:8501") as reader:
        answer = await reader.open("ranking", place="990101003000")
        answer = await reader.choose("by", "走势")
        assert not answer.has_error(), answer.error

The benchmark itself is `python -m benchmarks.load` (benchmarks/load/__main__.py).
"""

from benchmarks.load.session import Answer, Session

__all__ = ["Answer", "Session"]
