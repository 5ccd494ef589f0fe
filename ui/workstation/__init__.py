"""Packs, the machine's fitness, settings."""
