"""How an employee has arranged the card: where each item stands, and which are folded."""
