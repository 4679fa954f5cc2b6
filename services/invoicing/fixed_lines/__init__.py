"""Lines that stand on every invoice of a customer."""
