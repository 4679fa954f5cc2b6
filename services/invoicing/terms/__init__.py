"""How a customer is invoiced: address, form, credit days, references."""
