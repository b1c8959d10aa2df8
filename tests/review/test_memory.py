"""The server does not load what no page needs: its memory is for people and rows."""

from __future__ import annotations

import json
import subprocess
import sys

# as `haic review` does it, up to the server
_LOADED = """
import json, sys
import haicplatform.cli
from haicplatform.review.memory import without_pandas
with without_pandas():
    from haicplatform.review import app
from importlib import import_module
for name in app.PAGES:
    import_module(f"haicplatform.review.pages.{name}")
print(json.dumps(sorted(name for name in sys.modules if name in sys.argv[1:])))
import pandas, pandera.polars as pa, polars as pl
class Model(pa.DataFrameModel):
    number: int = pa.Field(ge=2)
print(json.dumps(Model.to_schema().validate(pl.DataFrame({"number": [2]})).height))
try:
    Model.validate(pl.DataFrame({"number": [1]}))
except pa.errors.SchemaError:
    print(json.dumps("refused"))
"""


def test_pages_load_no_statistics_and_no_second_kind_of_frame():
    never = ["pandas", "scipy", "matplotlib", "prefect", "great_expectations", "weasyprint"]
    done = subprocess.run([sys.executable, "-c", _LOADED, *never], capture_output=True, text=True, check=True)
    assert [json.loads(line) for line in done.stdout.splitlines()] == [[], 1, "refused"]
