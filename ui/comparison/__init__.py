"""Derived images beside the original."""
