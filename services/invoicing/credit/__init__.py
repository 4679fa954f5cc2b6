"""How much a customer may owe: rating, recommended and approved limit."""
