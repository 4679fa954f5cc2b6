"""What a customer brings in, owes and pays."""
