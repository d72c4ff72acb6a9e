"""Ways to find a plan: dispatch (at once), search (better with time), cpsat (exact, small)."""
