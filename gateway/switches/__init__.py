"""The CRM settings: which items are on the card."""
