"""The part of the config that the two rooms need: the wall, the agenda, the observation route, the papers.

In: the tables [presentation], [observation] and [papers]. Out: frozen models, `Agenda` among them, which agendas built
on screen and frozen in a snapshot are as well. All of it is of this machine and of today: the app reads it from the
config as it is now, not from the published version.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from settings.frozen import Frozen

Theme = Literal["light", "dark"]
ROOM_CHOICES = ("present", "theme", "snapshot")
"""Parts of an address that say how a page is shown and not what: the stage adds them, an agenda never holds them."""

_PAGE = re.compile(r"[a-z_]+")
_CHOICE = re.compile(r"[a-z_]{1,40}")
LONGEST_ITEM = 7200  # s
Seconds = Annotated[int, Field(ge=0, le=LONGEST_ITEM)]


class AgendaItem(Frozen):
    """One view of a meeting: a page with its filters, how long it stays and what is said to it."""

    page: str  # the last part of the page's address: overview, map …
    title: str = ""  # in the jump list; empty: the page's own title
    choices: dict[str, str] = {}  # the rest of the address: place, indicator, period, part …
    seconds: Seconds = 60  # 0: until somebody goes on
    say: str = ""  # the talking line, for whoever presents
    speaker: str = ""  # who reports: shown with the time that is left

    @model_validator(mode="before")
    @classmethod
    def _a_speaker_has_the_usual_time(cls, written: Any) -> Any:
        # 0: until somebody goes on; the clock then shows [presentation] speaker_seconds.
        if isinstance(written, dict) and written.get("speaker") and "seconds" not in written:
            return written | {"seconds": 0}
        return written

    @field_validator("page")
    @classmethod
    def _is_a_page(cls, page: str) -> str:
        if not _PAGE.fullmatch(page):
            raise ValueError(f"page 写网址里页面的名字,例如 overview;现在是“{page}”")
        return page

    @field_validator("choices")
    @classmethod
    def _are_choices(cls, choices: dict[str, str]) -> dict[str, str]:
        wrong = [name for name in choices if not _CHOICE.fullmatch(name) or name in ROOM_CHOICES]
        if wrong:
            raise ValueError(
                f"choices 里不能写{'、'.join(wrong)};写网址里的筛选条件,例如 place、indicator、period"
            )
        return choices


class Agenda(Frozen):
    """An ordered list of views under a name."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    items: tuple[AgendaItem, ...] = Field(min_length=1, max_length=200)


class Presentation(Frozen):
    """How the wall looks and how long whoever speaks has."""

    theme: Theme = "light"
    speaker_seconds: Annotated[int, Field(ge=10, le=LONGEST_ITEM)] = 300
    warn_seconds: Annotated[int, Field(ge=0, le=600)] = 60  # before the end: time to come to it
    agendas: tuple[Agenda, ...] = ()

    @field_validator("agendas")
    @classmethod
    def _have_names_of_their_own(cls, agendas: tuple[Agenda, ...]) -> tuple[Agenda, ...]:
        names = [agenda.name for agenda in agendas]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"两个议程用了同一个名称:{'、'.join(twice)}")
        return agendas


class Criterion(Frozen):
    """What attendees judge a stop by, and the most points it may get."""

    name: Annotated[str, Field(min_length=1, max_length=20)]
    points: Annotated[int, Field(ge=1, le=100)]
    about: str = ""  # one line for who scores


OF_ENTERPRISE = ("jobs", "poor_jobs", "households_carried")
"""Figures of a stop that the ledger of enterprises holds; the others are indicators of its village."""


class Observation(Frozen):
    """The observation route: which figures a stop shows, and how it is scored."""

    figures: Annotated[tuple[str, ...], Field(max_length=12)] = (
        OF_ENTERPRISE  # in order; the first `most_figures` that are there
    )
    most_figures: Annotated[int, Field(ge=1, le=5)] = 5
    stay_minutes: Annotated[int, Field(ge=1, le=600)] = 20  # where the ledger does not say
    road_factor: Annotated[float, Field(ge=1, le=5)] = (
        1.4  # roads are longer than the straight line by about this
    )
    road_kmh: Annotated[float, Field(gt=0, le=120)] = (
        35  # of a bus on them: whether the planned times can be kept
    )
    address: str = ""  # http://192.168.1.20:8501: what phones in the hall open; empty: found out
    criteria: Annotated[tuple[Criterion, ...], Field(max_length=8)] = (
        Criterion(name="产业规模", points=30),
        Criterion(name="联农带农", points=40),
        Criterion(name="现场组织", points=30),
    )
    trim_share: Annotated[float, Field(ge=0, lt=0.5)] = 0.1  # of the scores, left out at each end
    min_scores: Annotated[int, Field(ge=1)] = 5  # fewer: no rank

    @field_validator("address")
    @classmethod
    def _is_an_address(cls, address: str) -> str:
        if address and not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", address):
            raise ValueError("address 写手机能打开的地址,例如 http://192.168.1.20:8501")
        return address.rstrip("/")

    @model_validator(mode="after")
    def _criteria_differ(self) -> Observation:
        names = [criterion.name for criterion in self.criteria]
        if len(set(names)) < len(names):
            raise ValueError("criteria 里有两项同名")
        return self


class Papers(Frozen):
    """What stands on every paper that is handed out."""

    issuer: str = ""  # 落款: who issues it; empty: the county's name alone
    number: str = ""  # 文号, e.g. 青产业办〔2026〕12号
    bulletin_template: Path | None = None  # the county's own 通报 .docx, relative to the config; None: ours
    requirements: tuple[str, ...] = ()  # paragraphs 工作要求 that every bulletin ends with

    def below(self, base: Path) -> Papers:
        """The same, with the template found from the config's folder."""
        if self.bulletin_template is None:
            return self
        return self.model_copy(update={"bulletin_template": (base / self.bulletin_template).resolve()})
