"""The rules of a plan, by family; `scheduling.check.violations` is the door to all of them.

A rule reads nothing but the problem and the assignments, and shares no calculation with the code
that places operations. Pinned work is a fact: it is never itself held against a rule.
"""
