"""Whom the agency works for: a copy of the customers, filled by events only."""
