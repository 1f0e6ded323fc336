"""Runs prepare.main on a county in a process of its own, with a bound on memory, and reports as JSON.

    python -m tests.data_loaders.hostile_run CONFIG

What is reported: exit code, faults, what was printed, the most memory that was held, and for each file the
seconds of processor time between its opening and the end of its reading.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import prepare
from commands import publishing
from data_loaders import file_cache, pipeline

ADDRESS_SPACE = 4 << 30  # libraries reserve much more than they touch; a runaway allocation ends here


def main(config: str) -> None:
    report: dict[str, Any] = {"seconds": {}, "faults": []}
    _bound_memory()
    _watch(report)
    said = io.StringIO()
    started = time.process_time()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        report["code"] = prepare.main(["--config", config])
    report["total_seconds"] = time.process_time() - started
    report["said"] = said.getvalue()
    report["peak_mb"] = _peak_mb()
    print(json.dumps(report, ensure_ascii=False))


def _watch(report: dict[str, Any]) -> None:
    read, prepared = file_cache.read_file, pipeline.prepare

    def timed(file: Any, *rest: Any) -> Any:
        started = time.process_time()
        try:
            return read(file, *rest)
        finally:
            report["seconds"][file.name] = time.process_time() - started

    def kept(*arguments: Any) -> Any:
        outcome = prepared(*arguments)
        report["faults"] = [asdict(fault) for fault in outcome.log.faults]
        return outcome

    setattr(file_cache, "read_file", timed)  # noqa: B010 - mypy rightly objects to the plain form
    setattr(publishing, "prepare", kept)  # noqa: B010


def _bound_memory() -> None:
    with contextlib.suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))


def _peak_mb() -> float:
    """Most memory of this program alone: getrusage's figure begins with that of whoever started it."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:  # no Linux
        return 0.0
    (kilobytes,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(kilobytes) / 1e3


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    main(sys.argv[1])
