"""Invoices and credit notes that were issued."""
