"""Subjects and exhibits."""
