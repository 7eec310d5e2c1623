"""Rows of files to rows with their entities, with Ray Data."""
