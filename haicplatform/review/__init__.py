"""The data managers' web application: pages over what the platform found, asked and decided."""
