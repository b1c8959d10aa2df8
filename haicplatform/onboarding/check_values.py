"""The cells of delivered files held against a site file: values that no code covers, codes that never occur.

Belongs here: what is counted by value. Does not belong here: columns, files and units (check.py).
"""

from __future__ import annotations

from collections.abc import Sequence

from haicplatform.ingest.reading.sheet import Sheet
from haicplatform.sites.plan import DeliveryPlan
from haicplatform.sites.problems import Problem, line_of
from haicplatform.sites.row_templates import ANY_OTHER, row_templates, value_key


def value_problems(plan: DeliveryPlan, sheets: Sequence[Sheet]) -> list[Problem]:
    """Cells that no code covers or that cannot be read, counted by value, and codes that never occur (info)."""
    from haicplatform.ingest.staging.parsing.stage import stage

    site, problems = plan.site, []
    for table, staged in stage(plan, "check", sheets).items():
        places = staged.findings.group_by("column_name", "source_column", "source_file", "rule_id", "value").len()
        for column, header, file, rule, value, count in places.iter_rows():
            if rule.endswith(".missing"):  # given as not done, in a declared spelling
                continue
            kind = "unknown code" if rule.endswith(".code") else "unreadable"
            line = site.line("tables", table, 0, "codes", column)
            if kind == "unreadable":
                line = line_of(site, table, 0, header) if header else line
            message = f"table {table}: column '{header}' ({column}) has {count} cells '{value}'"
            message += " that no code covers" if kind == "unknown code" else f" that cannot be read ({rule})"
            problems.append(Problem("warning", kind, message, table, column, header, file, line=line, count=count))
    return problems + _codes_never_seen(plan, sheets)


def _codes_never_seen(plan: DeliveryPlan, sheets: Sequence[Sheet]) -> list[Problem]:
    """Of the columns that the site file writes; `layout: contract` maps the others to themselves."""
    site, problems = plan.site, []
    for table, sources in site.tables.items():
        if table in site.sql:
            continue
        for index, source in enumerate(sources):
            templates = [template for template in row_templates(site, table, sources) if template.source == index]
            read = [sheet for sheet in sheets if plan.tables[table].feeds[index].reads(sheet)]
            for column, codes in source.codes.items():
                headers = {template.columns[column] for template in templates if column in template.columns}
                seen = {
                    value_key(text)
                    for sheet in read
                    for header in headers.intersection(sheet.header)
                    for text in sheet.rows[header].drop_nulls().unique()
                }
                for spelling in codes if read and headers else ():
                    if spelling != ANY_OTHER and "{" not in spelling and value_key(spelling) not in seen:
                        line = site.line("tables", table, index, "codes", column, spelling)
                        message = f"table {table}, codes of {column}: '{spelling}' does not occur"
                        problems.append(Problem("info", "unused", message, table, column, line=line))
    return problems
