"""The spaCy component `lstm_ner`."""
