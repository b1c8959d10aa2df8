"""harmonised.person, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/person.sql).
"""

import pandera.polars as pa
import polars as pl
from pandera.engines.polars_engine import Decimal

from schemas import codes


class Person(pa.DataFrameModel):
    """One person across hospitals; one row a patient number of a hospital."""

    usubjid: str = pa.Field(description="the person, over all hospitals")
    site_id: str = pa.Field(description="hospital")
    patient_id: str = pa.Field(description="patient number of the hospital")
    link_basis: str = pa.Field(isin=("LINK_KEY", "CONFIRMED", "SINGLE"), description="why rows are one person")
    birth_year: pl.Int32 = pa.Field(nullable=True, description="year of birth")
    sex: str = pa.Field(nullable=True, isin=codes.SEX, description="sex")
    etiology: str = pa.Field(nullable=True, isin=codes.ETIOLOGY, description="cause of liver disease")
    height_cm: Decimal = pa.Field(nullable=True, dtype_kwargs={"precision": 5, "scale": 1}, description="height, cm")
    has_sex_conflict: bool = pa.Field(description="linked rows disagree on sex")
    has_birth_year_conflict: bool = pa.Field(description="linked rows disagree on the year of birth")
    has_open_error: bool = pa.Field(description="a course, exam or follow-up row carries an error")
    row_id: str = pa.Field(description="the validated row")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["site_id", "patient_id"]
