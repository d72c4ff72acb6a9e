"""Loads the demo market from `seed_data/`: every row goes through the services that users call.

No tables. `flask seed demo` fills an empty database; on a filled one it changes nothing.
"""
