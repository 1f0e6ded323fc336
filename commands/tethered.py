"""Run a command that ends when whoever started it is gone, however that ended: `python -m commands.tethered PID SIGNAL command …`.

In: the starter's process id, and the signal that the command is to get then. Out: this process becomes the command (exec), so
that its id and its signals are the command's. Refuses nothing; where there is no prctl (not Linux) the command is not tied.
"""

from __future__ import annotations

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h; outlives exec


def main() -> None:
    """Tie, then become the command."""
    starter, number, *command = sys.argv[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != int(starter):  # gone before it was tied
            sys.exit(1)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
