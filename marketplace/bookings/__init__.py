"""Holds and bookings: contracts on lanes, and the one table of what may happen to them.

Tables: hold, booking. Words: a *hold* 占位 is a short timed claim; a *booking* 预订 the contract.
"""
