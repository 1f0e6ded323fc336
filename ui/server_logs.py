"""The server's log: Streamlit's and uvicorn's lines in the form of ours, errors of pages with a number, slow pages.

In: GUANMO_LOG=json and GUANMO_NODE, as commands/serving.py sets them. Out: see logs.py. Without them, as under `make run`
and in tests, nothing is changed: errors stand on the console as Streamlit prints them, after a line with their number.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from streamlit import logger as streamlit_logger

import logs
from data_loaders.contract import Dataset
from settings import ConfigProblem
from ui import cached, notices

SLOW_S = 2.0
_UVICORN = ("uvicorn", "uvicorn.error")
_SILENT = ("uvicorn.access",)  # every request with its query; nginx has the list, without


def start() -> None:
    """Begin the log of this process, when a server is asked for one. Call while server.py is imported, before uvicorn speaks."""
    if os.environ.get("GUANMO_LOG") != "json":
        return
    try:
        folder = cached.config().paths.logs
    except ConfigProblem:
        folder = None  # every page says what is wrong with the config
    node = os.environ.get("GUANMO_NODE", "1")
    logs.to_json(folder, f"app-{node}")
    # Streamlit gives every logger a handler of its own, those of modules that it imports later too.
    streamlit_logger.setup_formatter = _ours
    for logger in [*streamlit_logger._loggers.values(), *map(logging.getLogger, (*_UVICORN, *_SILENT))]:
        _ours(logger)
    logs.event("server starts", node=node, pid=os.getpid())


def opened(data: Dataset) -> None:
    """A version has been opened: the first time, after publishing, or for a snapshot."""
    logs.event("version opened", version=data.version, as_of=data.manifest.as_of.isoformat())


def script_failed(error: Exception) -> None:
    """For st.App: an error outside a page's frame, in a callback or a fragment, gets its number and its sentence too."""
    if not logs.has_number(error):
        notices.our_fault(logs.fault(error))


@contextmanager
def timed(page: str) -> Iterator[None]:
    """Say when a run of the page took long."""
    started = perf_counter()
    try:
        yield
    finally:
        took = perf_counter() - started
        if took > SLOW_S:
            logs.event("slow page", level=logging.WARNING, page=page, seconds=round(took, 2))


def _ours(logger: logging.Logger) -> None:
    logger.handlers[:] = [logging.NullHandler()]
    logger.propagate = logger.name not in _SILENT
