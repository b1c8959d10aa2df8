"""Eight ways in which hospitals export the same records, one module a hospital. SYNTHETIC."""
