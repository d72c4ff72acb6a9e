"""Gongfang: a marketplace for idle manufacturing capacity (see README.md)."""
