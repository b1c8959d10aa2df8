"""harmonised.cycle_dose, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/cycle_dose.sql).
"""

import pandera.polars as pa
import polars as pl

from schemas import codes
from schemas.harmonised._parts import CycleAmounts


class CycleDose(CycleAmounts):
    """What was given of each drug in each cycle of a course against the plan, in numbers; one row a
    course, hospital, cycle and drug.
    """

    course_id: pl.Int32 = pa.Field(description="the course over all persons (harmonised.treatment_course)")
    drug: pl.Categorical = pa.Field(isin=codes.DRUG, description="drug")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["course_id", "site_id", "cycle_no", "drug"]
