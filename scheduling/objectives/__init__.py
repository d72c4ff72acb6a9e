"""What a plan is judged by. One module here is one objective; `scheduling.registry` finds it.

A module has NAME, SENSE ("max" or "min"), REQUIRES_ALL (no job may be left out), AGGREGATE
("sum" or "max" over jobs), ``contribution(job, completion, cost)``, ``measure(problem, schedule)``
and ``expression(model)``. A contribution never gets better with a later completion or more cost.
"""
