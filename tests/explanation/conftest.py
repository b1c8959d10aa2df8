"""The helpers of tests/definitions can be imported by name here too."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "definitions"))
