"""The text side of tagging: labels, tags, constraints, gold masks and spans."""
