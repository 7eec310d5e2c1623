"""Architectures that a config can name."""
