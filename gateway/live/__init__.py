"""Live updates: whoever looks at a card is told at once that something on it changed."""
