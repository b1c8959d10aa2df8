"""From the text of a cell to a typed value, set-based; what cannot be read is a finding. No logic here."""

from haicplatform.parsing.staged import Staged as Staged
from haicplatform.parsing.staged import stage as stage
