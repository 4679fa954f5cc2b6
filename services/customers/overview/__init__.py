"""The list of customers: what to look for, and where."""
