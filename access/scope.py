"""The one place where data leaves the store: a data set as one principal may see it.

In: a whole `Dataset`, a principal and what the config declares public. Out: a `Dataset` that holds nothing else; the
same object for whoever may see all. Refuses by construction: a table that nobody thought of here comes out empty.
"""

from __future__ import annotations

from dataclasses import replace

from access.people import Principal
from data_loaders.contract import Dataset, empty
from settings.access import Public


def scoped(data: Dataset, principal: Principal, public: Public) -> Dataset:
    """`data` as the principal may see it."""
    if principal.sees_all:
        return data
    tables = {name: empty(name) for name in data.tables}
    return replace(data, tables=tables, scope=principal.scope)
