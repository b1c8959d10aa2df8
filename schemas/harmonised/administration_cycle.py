"""harmonised.administration_cycle, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/administration_cycle.sql).
"""

import pandera.polars as pa
import polars as pl

from schemas import codes
from schemas.harmonised._parts import CycleAmounts


class AdministrationCycle(CycleAmounts):
    """What was given of each drug in each cycle of a course against the plan; one row a course, hospital,
    cycle and drug.
    """

    usubjid: str = pa.Field(description="the person, over all hospitals")
    course_no: pl.Int32 = pa.Field(description="the person's course, by start over all hospitals")
    regimen: str = pa.Field(isin=codes.REGIMEN, description="regimen of the contract")
    drug: str = pa.Field(isin=codes.DRUG, description="drug")
    row_ids: pl.List = pa.Field(dtype_kwargs={"inner": pl.String}, description="validated rows it is made of")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["usubjid", "course_no", "site_id", "cycle_no", "drug"]
