"""Correspondence: e-mails, messages, letters, calls, notes and meetings, each with the date on which it happened."""
