"""Evaluation of a pack on labelled faces."""
