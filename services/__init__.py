"""The five services that own the data; none imports another."""
