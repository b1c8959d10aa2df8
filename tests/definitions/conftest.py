"""The folder's helpers can be imported by name from its tests and from those of the analysis layer."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
