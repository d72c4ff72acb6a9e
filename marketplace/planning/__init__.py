"""The bridge between the market and the solver: database → problem → plan → bookings.

Tables: plan_run, plan_part, plan_left_out. Words: a *plan* 排产方案 is an answer of the scheduler;
an *assignment* 派工 is one operation on one lane at one time. Only `solving.py` imports the solver,
and only workers import `solving.py`.
"""
