"""Seed data: generated and converted CSV files, and the pure code that made them."""
