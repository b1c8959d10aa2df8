"""The small transactional store: which deliveries came, what became of them, which count. No data rows."""
