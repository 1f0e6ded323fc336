"""The font that papers and pictures are written in, as the config says now: fonts belong to the machine, not to the data.

In: [picture] font. Out: fonts, or a DataProblem that says what to install.
"""

from __future__ import annotations

from exports.fonts import Fonts, find_fonts
from ui import cached


def paper_fonts() -> Fonts:
    """The configured font, else the system's. Raises DataProblem or ConfigProblem."""
    configured = cached.config().picture.font
    return find_fonts(cached.config_path().parent / configured if configured else None)
