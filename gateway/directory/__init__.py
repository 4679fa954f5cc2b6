"""The agency itself: its departments, its employees and what they may do."""
