"""Training on many workers, with Ray Train or torchrun."""
