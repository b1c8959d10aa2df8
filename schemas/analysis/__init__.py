"""What the analysis relations must look like."""
