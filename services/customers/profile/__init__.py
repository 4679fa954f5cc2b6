"""The customer itself: name, number, addresses, industry, departments."""
