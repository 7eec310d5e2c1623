"""Tagging and training on several workers (docs/scale.md), on a machine with nothing else to do."""
