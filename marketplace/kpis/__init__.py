"""Indicators of how capacity is used: read-only, each with its own formula, for the operator.

One file in `definitions/` is one indicator. No tables. Words: *booked share* 预订率 is booked ÷
open hours; it is ours and no ISO name. Recordings (`telemetry`) are in none of the figures.
"""
