"""thinc layers around the maths of `ops`, one layer a file."""
