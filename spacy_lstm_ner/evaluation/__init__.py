"""Predictions against gold: kinds of errors, metrics and a page to read them on."""
