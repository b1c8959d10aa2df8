"""Prefect flows: order, retries, limits, artifacts, schedules. No SQL text, no dataframe work."""
