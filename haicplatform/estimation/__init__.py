"""Rows of analysis.estimate: everything a study's report prints, one row a statistic.

Belongs here: applying the study's rules (coding, screening, populations) to haicplatform.survival. Does not belong
here: statistics themselves, SQL, formatting, figures. The way in is study_estimates.estimate. registry.yaml says what
is known of each statistic: release, lineage and report read it; rows.py and registry.py need no statistics, so
importing the package alone loads none.
In: ADSL, ADRS, ADTTE. Out: rows of analysis.estimate.
"""
