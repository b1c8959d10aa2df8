"""Rows of analysis.estimate: everything a study's report prints, one row a statistic.

Belongs here: applying the study's rules (coding, screening, populations) to haicplatform.survival. Does not belong
here: statistics themselves, SQL, formatting, figures.
"""

from haicplatform.estimation.rows import SCHEMA
from haicplatform.estimation.study_estimates import estimate

__all__ = ["SCHEMA", "estimate"]
