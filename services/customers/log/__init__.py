"""The log (item 16): what happened to a customer, told by every service's events."""
