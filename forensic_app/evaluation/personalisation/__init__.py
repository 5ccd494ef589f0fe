"""Evaluation of adapters against one photograph alone."""
