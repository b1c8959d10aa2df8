"""From the text of a cell to a typed value, set-based; what cannot be read is a finding. No logic here."""
