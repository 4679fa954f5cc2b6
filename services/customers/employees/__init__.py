"""Who at the agency works with the customer, and as what."""
