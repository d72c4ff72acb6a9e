"""Whose time is whose: lanes, claims on them, and facts that make them unavailable.

Tables: lane, claim, unavailability. Words: a *lane* 通道 is one of a resource's identical units;
a *claim* 占用 takes a lane's time; *unavailability* 不可用 is a fact that may overlap anything.
Every path that takes capacity ends in `services.take()`; the database refuses overlaps itself.
"""
