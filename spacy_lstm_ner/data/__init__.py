"""Files to Docs."""
