"""One file, one indicator: NAME, UNIT, and `compute(period, by)` as one SQL statement.

`compute` answers rows (key, value) for a dimension of `kpis.base.DIMENSIONS`; hours come as whole
seconds of lane time. LABEL and FORMULA are keys of the catalogue.
"""
