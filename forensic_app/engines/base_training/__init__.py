"""Training of a base model from labelled faces."""
