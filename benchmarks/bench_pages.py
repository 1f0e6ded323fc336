"""How long the server takes for each page, warm, at a county's size and at 20 times that.

Sessions without a browser speak Streamlit's own protocol with the server as anybody starts it, and measure from the
question to the end of the answer. `ms` is the median over choices that were made before (another township, period or
indicator each time), `same view` over reruns of one view, `fresh` over choices that nobody has made yet, `CPU` what
the server's process worked for one of them. What is over its budget (100 ms, 400 ms at 20 times; 60 ms of CPU) is
marked with !. `empty page` is Streamlit itself. Prints a table; the last line is one JSON object. Every whole run is
appended to benchmarks/history/pages.jsonl.

    make bench-pages            or: python -m benchmarks.bench_pages [--only ranking] [--copies 1,20] [--detail]
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from benchmarks.map.pages import served
from benchmarks.pages import report
from benchmarks.pages.county import prepared
from benchmarks.pages.visits import floor, measured, wait_until_warm

COPIES = (1, 20)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="", help="pages, separated by commas; without it, all")
    parser.add_argument("--copies", default=",".join(map(str, COPIES)), help="sizes of the county")
    parser.add_argument("--detail", action="store_true", help="every single run")
    parser.add_argument("--no-history", action="store_true", help="do not append to the history")
    options = parser.parse_args()
    only = {page for page in options.only.split(",") if page}
    results: report.Results = {}
    with tempfile.TemporaryDirectory() as folder:
        for copies in map(int, options.copies.split(",")):
            county = prepared(copies)
            with served("rerun", county, Path(folder) / "rerun.log") as server:
                results[copies] = [floor(server)]
            with served("ours", county, Path(folder) / f"{copies}.log") as server:
                wait_until_warm(server)
                results[copies] += measured(server, county, only, options.detail)
    for line in report.table(results):
        print(line)
    found = report.summary(results)
    if not options.no_history and not only and set(results) == set(COPIES):
        report.append(results, found)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
