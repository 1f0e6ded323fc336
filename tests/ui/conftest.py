"""The small county of tests/pages, published, for elements that want a data set."""

from tests.pages.conftest import _nothing_kept, full, only_places, open_page, prepared, published

__all__ = ["_nothing_kept", "full", "only_places", "open_page", "prepared", "published"]
