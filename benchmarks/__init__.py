"""Measurements beside something else: `make bench-http` (README.md)."""
