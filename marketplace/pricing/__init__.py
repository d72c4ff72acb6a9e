"""What work costs: price modes, one file each, and pure quotes. No tables."""
