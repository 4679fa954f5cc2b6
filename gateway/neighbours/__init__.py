"""Calls to the other programs: connections that are kept, one deadline for all of a call."""
