"""Tasks: what somebody is to do for a customer, and by when."""
