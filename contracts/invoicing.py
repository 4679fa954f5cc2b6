"""What the invoicing service announces."""
