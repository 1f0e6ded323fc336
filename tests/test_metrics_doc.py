"""docs/METRICS.md tells the truth: every section has a worked example, and each example holds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TEXT = (Path(__file__).resolve().parents[1] / "docs" / "METRICS.md").read_text(encoding="utf-8")
SECTIONS = {
    heading: body
    for heading, body in re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", TEXT, flags=re.MULTILINE | re.DOTALL)
}


@pytest.mark.parametrize("heading", SECTIONS)
def test_each_example_holds(heading: str):
    examples = re.findall(r"^```python\n(.*?)^```", SECTIONS[heading], flags=re.MULTILINE | re.DOTALL)
    assert examples, f"METRICS.md has no worked example under “{heading}”"
    names: dict[str, object] = {}
    for example in examples:
        assert "assert " in example
        exec(compile(example, f"METRICS.md: {heading}", "exec"), names)
