"""Whom invoices are addressed to, as the customers service tells it."""
