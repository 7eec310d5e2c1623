"""An LSTM-CRF entity recognizer for spaCy.

Nothing is imported here: spaCy finds every part through the entry points in setup.cfg.
"""
