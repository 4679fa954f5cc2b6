"""The people at the customers."""
