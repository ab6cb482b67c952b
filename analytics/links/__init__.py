"""Symptoms and their likely causes: what customers call it, what the factory calls it, and the evidence between."""

from analytics.links.finder import LINKS, LinkFinder
from analytics.links.words import word_pairs

__all__ = ["LINKS", "LinkFinder", "word_pairs"]
