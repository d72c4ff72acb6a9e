"""Indicators, one file each, each printing its own formula. Reads only; no tables."""
