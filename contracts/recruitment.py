"""What the recruitment service announces."""
