"""What the dialog service announces."""
