"""Whole jobs through the command line, and what happens when something goes wrong on the way."""
