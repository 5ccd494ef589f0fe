"""Alembic migrations of the casebook; run by the store when a casebook is opened."""
