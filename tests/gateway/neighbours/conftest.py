"""Peers that behave as no good server does."""

from tests.gateway.neighbours.peers import neighbour, peer

__all__ = ["neighbour", "peer"]
