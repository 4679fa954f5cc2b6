"""What the files service announces."""
