"""The server does not load what no page needs: its memory is for people and rows."""

from __future__ import annotations

import json
import subprocess
import sys

# as `haic review` does it, up to the server
_LOADED = """
import json, sys
import haicplatform.cli.main
from haicplatform.review.server.process import leave_out_pandas
leave_out_pandas()
from haicplatform.review.server import app
from importlib import import_module
for name in app.PAGES:
    import_module(f"haicplatform.review.pages.{name}")
import duckdb
import pandera.polars as pa
import polars as pl
with duckdb.connect() as con:
    con.register("given", pl.DataFrame({"number": [1, 2]}))
    found = con.execute("FROM given WHERE list_contains(?, number) AND number > ?", [[1, 2], 1]).pl()
class Model(pa.DataFrameModel):
    number: int = pa.Field(ge=2)
said = [Model.validate(found)["number"].to_list()]
try:
    Model.validate(pl.DataFrame({"number": [1]}))
except pa.errors.SchemaError:
    said.append("refused")
print(json.dumps([*said, sorted(name for name in sys.modules if name in sys.argv[1:])]))
"""


def test_pages_load_no_statistics_and_no_second_kind_of_frame():
    never = ["pandas", "scipy", "matplotlib", "prefect", "great_expectations", "typst"]
    done = subprocess.run([sys.executable, "-c", _LOADED, *never], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [[2], "refused", []]
