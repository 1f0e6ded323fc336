"""`make audit`: known security holes of the packages that the lock names, asked of the internet by pip-audit.

In: uv.lock; the package index that uv is set up with, which gives pip-audit, and pip-audit's own source of known holes. Out:
its table; exit code 0 without any. Nothing is installed into the app's environment. Where the internet does not answer
this says so and is no result; `make test` does not need it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import bootstrap
from bootstrap import Stop, say
from commands import bundling


def audit() -> int:
    """Run once; pip-audit's exit code."""
    with tempfile.TemporaryDirectory(prefix="guanmo-") as folder:
        pinned = Path(folder) / "requirements.txt"
        # All groups: the tests' tools run on the developer's machine. uv's own markers are kept.
        pinned.write_text(bundling.exported("--all-groups"), encoding="utf-8")
        command = (bootstrap.installed_uv(), "tool", "run", "pip-audit")
        # Without resolving: what is asked about is the lock and nothing else. --strict: a package that nobody could
        # tell about is no good news; without it pip-audit ends with 0 behind a mirror that has no such data.
        what = (
            "--requirement",
            pinned,
            "--require-hashes",
            "--disable-pip",
            "--strict",
            "--progress-spinner",
            "off",
        )
        done = subprocess.run([*command, *what], check=False)
    if done.returncode:
        say(
            "有已知漏洞,或者问不到(见上面)。有漏洞的:升级 pyproject.toml 里的版本,再运行 uv lock。",
            "Known holes, or nobody answered (see above). For holes: raise the version and lock again.",
        )
    return done.returncode


if __name__ == "__main__":
    try:
        sys.exit(audit())
    except Stop as stop:
        say(stop.chinese, stop.english)
        sys.exit(stop.code)
