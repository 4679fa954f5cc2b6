"""Notes on customers."""
