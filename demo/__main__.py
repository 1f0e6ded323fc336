"""`python -m demo --raw DIR`: writes the demo county's raw files.

In: a folder. Out: the files, and on the terminal a progress bar and the faults that are in them on purpose.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from demo import write_county


def main() -> None:
    """Parse the command line and write."""
    parser = argparse.ArgumentParser(prog="python -m demo", description="写出演示县青岚县的原始台账和界线")
    parser.add_argument("--raw", type=Path, default=Path("data/raw"), help="写到哪个文件夹(默认 data/raw)")
    raw: Path = parser.parse_args().raw
    console = Console()
    with Progress(console=console) as bars:
        task = bars.add_task("写演示县原始文件", total=None)
        planted = write_county(raw, lambda done, total, _: bars.update(task, completed=done, total=total))
    console.print(f"已写到 {raw}。其中有意留下的 {len(planted)} 处错误:")
    for one in planted:
        console.print(
            f"  {one.file}  表“{one.sheet}”  {one.cell}  {one.what}", highlight=False, soft_wrap=True
        )


if __name__ == "__main__":
    main()
