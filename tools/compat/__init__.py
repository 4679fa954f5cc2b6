"""Hold today's code against the previous release, in both directions: docs/adr/0009-expand-and-contract.md."""
