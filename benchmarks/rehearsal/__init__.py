"""What is forgotten when a new label is learned."""
