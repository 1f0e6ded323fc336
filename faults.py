"""What is wrong with the input, said so that a clerk can mend it.

A `Fault` says where (file, sheet, cell), what was found, what was expected and what to do. Readers put
faults into a `FaultLog` and go on, so that one run reports them all; `DataProblem` is for input without
which nothing can be published. Anything else that is raised is our bug and must crash loudly.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning", "info"]

SEVERITY_NAMES: dict[str, str] = {"error": "错误", "warning": "疑问", "info": "说明"}
"""What a severity is called on screen, on the terminal and in the workbook that is sent back."""


@dataclass(frozen=True)
class Fault:
    """One finding. *error*: the row or file was rejected; *warning*: kept, look at it; *info*: for the record."""

    severity: Severity
    kind: str  # a stable identifier, e.g. unknown_place; GLOSSARY.md lists them
    message: str  # one Chinese sentence that stands on its own
    remedy: str = ""
    file: str = ""
    sheet: str = ""
    cell: str = ""
    found: str = ""
    expected: str = ""
    place_code: str | None = None  # the township that must act, when it is known


class DataProblem(Exception):
    """Input that stops publication; its text is shown to the reader as it is, without a traceback."""


@dataclass
class FaultLog:
    """Collects the faults of one run, in the order they were found."""

    faults: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        """Keep one more fault."""
        self.faults.append(fault)

    def counts(self) -> dict[str, int]:
        """Faults by severity; every severity is there, at 0 if none was found."""
        found = Counter(fault.severity for fault in self.faults)
        return {severity: found.get(severity, 0) for severity in ("error", "warning", "info")}
