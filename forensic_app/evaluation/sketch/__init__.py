"""Evaluation of drawn sketches against those of an artist."""
