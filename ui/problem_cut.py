"""Which problems a view is about: those of the place shown, of the source and batch chosen.

In: the page, its laddered problems, what was chosen. Out: the cut with a name for what is kept of it, its lives, its
source line.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date

import pandas as pd

from ui import answers
from ui.chart_note import chart_note
from ui.frame import Page
from ui.problem_choice import Scope
from wording import date_text


@dataclass(frozen=True)
class Cut:
    """`found`: the laddered problems of the place shown that are of the source and batch chosen."""

    page: Page
    found: pd.DataFrame
    scope: Scope

    @property
    def key(self) -> Hashable:
        """Tells what an answer about the cut depends on."""
        return (self.page.view.place, self.scope)

    @property
    def name(self) -> str:
        """The place, and what was chosen; hostile text."""
        return f"{self.page.place_name}{self.scope.words}"

    @property
    def as_of(self) -> date:
        """The day that the data are of."""
        return self.page.data.manifest.as_of

    @property
    def stretches(self) -> pd.DataFrame:
        """The lives of the problems."""
        lives = answers.problem_stretches(self.page.data)
        return lives[lives["problem_id"].isin(self.found["problem_id"])]

    def note(self, unit: str = "个") -> str:
        """Source, unit and day, for under a chart."""
        when = f"截至{date_text(self.as_of)}"
        return chart_note(self.page.data, kinds=("problems", "problem_changes"), unit=unit, when=when)
