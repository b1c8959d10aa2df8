"""The one DuckDB file: built aside, swapped in, published; relations checked against their models; linked persons.

Belongs here: opening DuckDB, running a layer's SQL in order, holding relations to schemas/, decisions on pairs of
persons. Does not belong here: what a relation means (sql/), which deliveries count (ledger).
In: SQL files. Out: relations.
"""
