"""The synthetic hospitals: invented patients, written out as eight hospitals would export them. SYNTHETIC."""
