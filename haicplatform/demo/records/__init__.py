"""From a patient's story to the rows of the contract's twelve tables."""
