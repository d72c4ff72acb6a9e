"""The rules of a plan as CP-SAT constraints: one module, one ``post(model)`` each.

`scheduling.registry` collects them; a new rule is one new module here, its test in check.py's
rules, and room for it in the placement kernel.
"""
