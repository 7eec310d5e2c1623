"""Figures of training, scores and data."""
