"""A scheduling library: problems in, proven plans out. Knows nothing of the marketplace."""
