"""Whom the agency speaks with: copies of the customers and their contacts, filled by events only."""
