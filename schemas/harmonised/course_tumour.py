"""harmonised.course_tumour, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/course_tumour.sql).
"""

import pandera.polars as pa
import polars as pl
from pandera.engines.polars_engine import Decimal


class CourseTumour(pa.DataFrameModel):
    """The extent of disease a person began a systemic or HAIC course with; one row a course."""

    usubjid: str = pa.Field(description="the person, over all hospitals")
    course_no: pl.Int32 = pa.Field(description="the person's course, by start over all hospitals")
    ref_date: pl.Date = pa.Field(description="start of the course")
    img_date: pl.Date = pa.Field(nullable=True, description="day of the image")
    n_nodules: pl.Int32 = pa.Field(nullable=True, description="nodules, 99 uncountable")
    max_diam_mm: Decimal = pa.Field(
        nullable=True, dtype_kwargs={"precision": 6, "scale": 1}, description="largest diameter, mm"
    )
    infiltrative: str = pa.Field(nullable=True, description="infiltrative")
    bilobar: str = pa.Field(nullable=True, description="in both lobes")
    vp: pl.Int32 = pa.Field(nullable=True, description="portal vein, Vp0-4")
    pvtt: str = pa.Field(nullable=True, description="portal vein thrombus of unknown level")
    vv: pl.Int32 = pa.Field(nullable=True, description="hepatic vein, Vv0-3")
    bile_duct: pl.Int32 = pa.Field(nullable=True, description="bile duct, B0-4")
    ehs: str = pa.Field(nullable=True, description="extrahepatic spread")
    nodal: str = pa.Field(nullable=True, description="nodes")
    ehs_sites: str = pa.Field(nullable=True, description="sites of spread")
    liver_involvement_pct: Decimal = pa.Field(
        nullable=True, dtype_kwargs={"precision": 4, "scale": 1}, description="share of the liver, %"
    )
    has_portal_invasion: bool = pa.Field(nullable=True, description="Vp1 or more, or unknown level")
    has_hepatic_vein_invasion: bool = pa.Field(nullable=True, description="Vv1 or more")
    has_bile_duct_invasion: bool = pa.Field(nullable=True, description="bile duct invasion")
    has_extrahepatic_spread: bool = pa.Field(nullable=True, description="spread, nodes included")
    is_n1: bool = pa.Field(nullable=True, description="nodes invaded")
    is_m1: bool = pa.Field(nullable=True, description="spread other than to nodes")
    is_beyond_reflect: bool = pa.Field(nullable=True, description="beyond the REFLECT trial's criteria")
    tumour_site_id: str = pa.Field(nullable=True, description="hospital of the image")
    tumour_row_id: str = pa.Field(nullable=True, description="validated row of tumour_baseline")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["usubjid", "course_no"]
