"""Accounts, sessions, and what keeps strangers out of them. Known by ids only; people are in the directory."""
