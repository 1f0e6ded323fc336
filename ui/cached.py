"""Everything the app keeps between reruns: open data sets, and tables and figures worked out from them.

In: the config named by GUANMO_CONFIG and the data set it publishes to. Out: `Dataset` and whatever a pure
function makes of it. Refuses to show two versions at once: a page opens the current version once per run
and passes it on. A version that is damaged, or a data folder that is gone, does not take away what can still be shown:
`standing` says what that is, and why it is not the newest.

The store is a plain process-wide one and not `st.cache_data`: any visitor's browser may send `clear_cache`,
and `st.cache_data` hashes large frames by a sample. Here the key is the version, whose name is a digest of
its content, so that a kept value can never be out of date. What is kept is shared: nobody may change it.
"""

from __future__ import annotations

import gc
import os
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from threading import Lock
from time import monotonic, perf_counter
from typing import Any, Literal, ParamSpec, TypeVar

import numpy as np
import pandas as pd

from data_loaders import store
from data_loaders.contract import Dataset
from faults import DataProblem
from settings import Settings, read_settings

P = ParamSpec("P")
T = TypeVar("T")

OPEN_VERSIONS = 4  # the one being read, the one that readers are leaving, two snapshots side by side
KEPT_BYTES = 400_000_000
FIGURE_BYTES = 60_000  # what a figure is taken to weigh; it cannot say so itself
OBJECT_BYTES = 60  # and any other small thing
AGAIN_S = (
    10.0  # after which a version that could not be opened is tried again: somebody may have mended the disk
)
TRIES = 5  # when new versions are published faster than one can be opened
NO_TIME = 0.01  # s; what takes less is made again in no time, and the clock is too rough to compare


@dataclass
class _Kept:
    """A value with its weight in bytes, what it took to make, and how worth keeping that makes it."""

    value: Any
    size: int
    seconds: float
    worth: float = 0.0


class _Store:
    """Values by key, computed once even if many sessions ask together.

    When room is short, what is least worth its room goes first: worth is seconds to make it again per byte, on top
    of the worth of what went last, so that whatever nobody asks for goes in the end (Cao and Irani, 1997,
    GreedyDual-Size). By age alone a few large tables, made in a moment, push out thousands of small answers.
    """

    def __init__(self) -> None:
        self._values: OrderedDict[Hashable, _Kept] = OrderedDict()  # what was asked for last stands last
        self._locks: dict[Hashable, Lock] = {}
        self._lock = Lock()
        self._bytes = 0
        self._gone = 0.0  # worth of what went last

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        with self._lock:
            if key in self._values:
                return self._asked_for(key)
            making = self._locks.setdefault(key, Lock())
        with making:
            with self._lock:
                if key in self._values:
                    return self._asked_for(key)
            try:
                started = perf_counter()
                value = make()
                self._keep(key, value, perf_counter() - started)
            finally:
                with self._lock:
                    self._locks.pop(key, None)
        return value

    def _asked_for(self, key: Hashable) -> Any:
        self._values.move_to_end(key)
        kept = self._values[key]
        kept.worth = self._gone + kept.seconds / kept.size
        return kept.value

    def _keep(self, key: Hashable, value: Any, seconds: float) -> None:
        with self._lock:
            kept = _Kept(value, _weight(value), max(seconds, NO_TIME))
            self._values[key] = kept
            self._asked_for(key)
            self._bytes += kept.size
            while self._bytes > KEPT_BYTES and len(self._values) > 1:
                # Not what was just made: it is wanted now. The first of equals is the oldest.
                going = min(list(self._values)[:-1], key=lambda each: self._values[each].worth)
                self._gone = self._values[going].worth
                self._bytes -= self._values.pop(going).size

    def forget(self, is_old: Callable[[Any], bool]) -> None:
        with self._lock:
            for key in [key for key in self._values if is_old(key)]:
                self._bytes -= self._values.pop(key).size


def _weight(value: Any) -> int:
    """Roughly how many bytes a kept value takes; what is large must not be taken for small, nor the reverse."""
    if isinstance(value, (pd.DataFrame, pd.Series)):
        return OBJECT_BYTES + int(np.sum(value.memory_usage(deep=False)))  # one without rows takes some, too
    if isinstance(value, np.ndarray):
        return OBJECT_BYTES + int(value.nbytes)
    if isinstance(value, (str, bytes)):
        return len(value) + OBJECT_BYTES
    if isinstance(value, (tuple, list, set, frozenset)):
        return OBJECT_BYTES + sum(map(_weight, value))
    if isinstance(value, dict):
        return OBJECT_BYTES + sum(map(_weight, value)) + sum(map(_weight, value.values()))
    if is_dataclass(value):
        return OBJECT_BYTES + sum(_weight(getattr(value, field.name)) for field in fields(value))
    # Not imported for it: the map needs no plotly, and its first page should not wait.
    return FIGURE_BYTES if type(value).__module__.startswith("plotly.") else OBJECT_BYTES


_derived = _Store()
_datasets: OrderedDict[tuple[str, str], Dataset] = OrderedDict()
_having = Lock()  # for _datasets, _opening and _refused; never held while a file is read
_opening: dict[tuple[str, str], Lock] = {}
_refused: dict[tuple[str, str], _Refused] = {}
_standing: dict[str, Standing] = {}
_reading = Lock()
_when_opened: list[Callable[[Dataset], None]] = []
_settings: dict[tuple[str, int, int], Settings] = {}


Trouble = Literal["", "damaged", "newer", "no current", "unreachable"]


@dataclass(frozen=True)
class Standing:
    """What is shown, and what is the matter with what should be: `wanted`, the version that CURRENT names."""

    data: Dataset
    wanted: str | None
    trouble: Trouble = ""
    why: str = ""  # as the store said it


@dataclass(frozen=True)
class _Refused:
    """A version that could not be opened: when, after which publication, and why."""

    at: float
    published: int
    problem: DataProblem


def config_path() -> Path:
    """The config that names the county: GUANMO_CONFIG, else config.toml beside app.py."""
    return Path(os.environ.get("GUANMO_CONFIG") or Path(__file__).resolve().parent.parent / "config.toml")


def config() -> Settings:
    """Settings of the config file as it is now; read again only when the file changes. Raises ConfigProblem."""
    path = config_path()
    try:
        state = path.stat()
    except OSError:
        # A disk that has gone takes nothing away that is known, least of all who may see what.
        known = [settings for (name, *_), settings in _settings.items() if name == str(path.resolve())]
        return known[0] if known else read_settings(path)  # says what is missing
    key = (str(path.resolve()), state.st_mtime_ns, state.st_size)
    with _reading:  # a hall's phones ask at the same moment: read once, not sixty times
        if key not in _settings:
            _settings.clear()
            _settings[key] = read_settings(path)
        return _settings[key]


def when_opened(do: Callable[[Dataset], None]) -> None:
    """Have `do` called with every data set that is opened from now on; it must not take long."""
    _when_opened.append(do)


def current() -> Dataset:
    """The newest version that can be shown. Call once per run. Raises DataProblem or ConfigProblem."""
    return standing().data


def standing() -> Standing:
    """What is shown to whoever asks for no version, and why it is not the newest. Raises DataProblem or ConfigProblem."""
    prepared = config().paths.prepared
    found = _found(prepared)
    _standing[str(prepared)] = found
    return found


def last_standing() -> Standing | None:
    """What was found when somebody last asked; opens nothing. Raises ConfigProblem."""
    return _standing.get(str(config().paths.prepared))


def opened(version: str) -> Dataset:
    """That version, for a meeting snapshot. Raises DataProblem or ConfigProblem."""
    return _opened(config().paths.prepared, version)


def _found(prepared: Path) -> Standing:
    for _ in range(TRIES):
        try:
            wanted = store.current_version(prepared)
        except store.Unreachable as found:
            return _kept(prepared, found)
        except store.CurrentDamaged as found:
            return _earlier(prepared, None, found)
        try:
            return Standing(_unless_refused(prepared, wanted), wanted)
        except DataProblem as found:
            problem = found
        if _names(prepared) == wanted:  # else it was swept away meanwhile, or the whole folder was
            return _earlier(prepared, wanted, problem)
    raise problem


def _names(prepared: Path) -> str | None:
    try:
        return store.current_version(prepared)
    except DataProblem:
        return None


def _kept(prepared: Path, problem: DataProblem) -> Standing:
    """What was shown before the folder went away."""
    before = _standing.get(str(prepared))
    if before is None:
        raise problem
    return Standing(before.data, before.wanted, "unreachable", str(problem))


def _earlier(prepared: Path, wanted: str | None, problem: DataProblem) -> Standing:
    """The last version before `wanted` that is whole."""
    why: Trouble = "newer" if isinstance(problem, store.NewerData) else "damaged" if wanted else "no current"
    for version in store.earlier_versions(prepared, wanted):
        with suppress(DataProblem):
            return Standing(_unless_refused(prepared, version), wanted, why, str(problem))
    before = _standing.get(str(prepared))
    if before is None or before.data.version == wanted:
        raise problem
    return Standing(before.data, wanted, why, str(problem))


def _unless_refused(prepared: Path, version: str) -> Dataset:
    """The version, or at once what was wrong with it a moment ago: to look through its files takes a while."""
    key, published = (str(prepared), version), store.published_at(prepared)
    with _having:
        refused = _refused.get(key)
    if refused is not None and refused.published == published and monotonic() - refused.at < AGAIN_S:
        raise type(refused.problem)(str(refused.problem))
    try:
        return _opened(prepared, version)
    except DataProblem as found:
        with _having:
            _refused[key] = _Refused(monotonic(), published, found)
        raise


def _opened(prepared: Path, version: str) -> Dataset:
    """The version, opened once even if many ask together; who asks for another one does not wait."""
    key = (str(prepared), version)
    with _having:
        if key in _datasets:
            _datasets.move_to_end(key)
            return _datasets[key]
        opening = _opening.setdefault(key, Lock())
    with opening:
        with _having:
            if key in _datasets:
                return _datasets[key]
        try:
            data = store.open_version(prepared, version)
        finally:
            with _having:
                _opening.pop(key, None)
        # Streamlit collects garbage after every run: what stays for good need not be looked through each time.
        gc.collect()
        gc.freeze()
        with _having:
            _datasets[key] = data
            _refused.pop(key, None)
            _make_room()
        for do in _when_opened:
            do(data)
        return data


def _make_room() -> None:
    shown = {found.data.version for found in _standing.values()}  # the one thing left if the folder goes away
    going = [key for key in _datasets if key[1] not in shown][: max(0, len(_datasets) - OPEN_VERSIONS)]
    for key in going:
        del _datasets[key]
    if going:
        open_versions = {name for _, name in _datasets}
        _derived.forget(lambda kept: kept[0][0] not in open_versions)


def keep(data: Dataset, make: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """`make(*args, **kwargs)`, worked out once per version, for a `make` that takes plain arguments.

    For closures over the data set use `keep_as` with a name of their own.
    """
    key = (data.key, make.__module__, make.__qualname__, args, tuple(sorted(kwargs.items())))
    return _derived.get(key, lambda: make(*args, **kwargs))


def keep_as(data: Dataset, name: Hashable, make: Callable[[], T]) -> T:
    """What `make()` gives, worked out once per version and name; the name must tell all that it depends on."""
    return _derived.get((data.key, name), make)


@dataclass(frozen=True)
class Place:
    """A place of the register, for choosing and naming; its name is hostile text."""

    code: str
    name: str
    level: str
    parent: str | None


def places(data: Dataset) -> dict[str, Place]:
    """Places by 12-digit code, in the register's order."""

    def read() -> dict[str, Place]:
        frame = data.places[["place_code", "name", "level", "parent_code"]]
        return {
            code: Place(code, name, level, None if pd.isna(parent) else parent)
            for code, name, level, parent in frame.itertuples(index=False)
        }

    return keep_as(data, "places", read)


def forget_everything() -> None:
    """Empty the stores; for tests."""
    _datasets.clear()
    _refused.clear()
    _standing.clear()
    _settings.clear()
    _when_opened.clear()
    _derived.forget(lambda _: True)
