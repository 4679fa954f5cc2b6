"""Projects: pieces of work for a customer, from the request to the end."""
