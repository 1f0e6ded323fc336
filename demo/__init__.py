"""青岚县, the fictional county that ships with Guanmo: it writes raw files as townships would send them.

In: a folder. Out: workbooks and boundaries in it, which then go through exactly the code that any county's
files go through. It prepares nothing and reads nothing; `python -m demo --raw DIR` from the command line.
"""

from demo.mistakes import Planted
from demo.write import write_county

__all__ = ["Planted", "write_county"]
