"""What data must look like: codes, contracts, whole-batch expectations. Imports nothing of haicplatform."""
