"""One pandera model a table that hospitals deliver: types, codes, units, bands, when a value must be there."""
