"""How to use the API: every program's routes in one document."""
