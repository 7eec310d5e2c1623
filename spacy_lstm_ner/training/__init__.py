"""Loggers of training."""
