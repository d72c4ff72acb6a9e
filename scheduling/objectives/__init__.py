"""What a plan is judged by. One module here is one objective; `scheduling.registry` finds it.

A module has NAME, SENSE ("max" or "min"), REQUIRES_ALL (no job may be left out),
``terms(problem)``, which no backend needs more than, and ``measure(problem, schedule)``, which does
not use the terms. Terms never make a plan better for being later or dearer.
"""
