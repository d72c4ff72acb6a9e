"""One file per noun: `create_x(**overrides)` writes a valid row and returns it."""
