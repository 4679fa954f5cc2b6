"""How each employee likes the pages: density, language, what the list shows, which customers were opened last."""
