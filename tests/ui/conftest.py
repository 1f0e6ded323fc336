"""The small county of tests/pages, published, for elements that want a data set."""

from tests.pages.conftest import _nothing_kept, full, prepared

__all__ = ["_nothing_kept", "full", "prepared"]
