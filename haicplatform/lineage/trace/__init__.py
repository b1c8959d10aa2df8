"""From a number of a report to the patients behind it and on to the hospitals' own rows."""
