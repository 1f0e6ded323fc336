"""What a browser knows of the choosers on a page, and what it tells the server of them.

In: the elements that came. Out: the state of every chooser as Streamlit's front end sends it with each rerun, and what
else could be chosen. Refuses to press buttons: nothing that a chooser does writes anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from streamlit.proto.Element_pb2 import Element
from streamlit.proto.WidgetStates_pb2 import WidgetState


@dataclass(frozen=True)
class Widget:
    """A chooser as it stands on the page. `parameter` is its name in the address, "" when it is not bound to it."""

    id: str
    kind: str
    options: tuple[str, ...]
    value: Any
    default: Any
    parameter: str = ""

    @property
    def key(self) -> str:
        """The name that the page's script gave it."""
        return self.id.rpartition("-")[2]

    def state(self) -> WidgetState:
        """As the front end sends it."""
        found = WidgetState(id=self.id)
        if isinstance(self.value, bool):
            found.bool_value = self.value
        elif isinstance(self.value, tuple):
            found.string_array_value.SetInParent()
            found.string_array_value.data.extend(self.value)
        elif self.value is not None:
            found.string_value = self.value
        return found


def widget_of(element: Element) -> Widget | None:
    """The chooser that the element is; None for anything else."""
    kind = element.WhichOneof("type") or ""
    read = _READ.get(kind)
    return read(getattr(element, kind)) if read else None


def _selectbox(proto: Any) -> Widget:
    options = tuple(proto.options)
    default = options[proto.default] if proto.HasField("default") and options else None
    value = (proto.raw_value or None) if proto.set_value else default
    return Widget(proto.id, "selectbox", options, value, default, proto.query_param_key)


def _button_group(proto: Any) -> Widget:
    options = tuple(option.content for option in proto.options)
    default = tuple(options[at] for at in proto.default)
    value = tuple(proto.raw_values) if proto.set_value else default
    return Widget(proto.id, "button_group", options, value, default, proto.query_param_key)


def _multiselect(proto: Any) -> Widget:
    options = tuple(proto.options)
    default = tuple(options[at] for at in proto.default)
    value = tuple(proto.raw_values) if proto.set_value else default
    return Widget(proto.id, "multiselect", options, value, default, proto.query_param_key)


def _text_input(proto: Any) -> Widget:
    value = proto.value if proto.set_value else proto.default
    return Widget(proto.id, "text_input", (), value, proto.default, proto.query_param_key)


def _checkbox(proto: Any) -> Widget:
    value = bool(proto.value if proto.set_value else proto.default)
    return Widget(proto.id, "checkbox", (), value, bool(proto.default), proto.query_param_key)


_READ: dict[str, Callable[[Any], Widget]] = {
    "selectbox": _selectbox,
    "button_group": _button_group,
    "multiselect": _multiselect,
    "text_input": _text_input,
    "checkbox": _checkbox,
}
