"""The card: what five services know of one customer, in one answer."""
