"""Looking inside: gates, states and tags of a pipeline on a text, and figures of training, scores
and data."""

from .trace import trace as trace
