"""What machines said: for now, recordings of machine-days that somebody else made.

Tables: machine_day. Words: a *recording* is minutes per state and day as an agent once wrote them
down. It is shown beside a machine and is nothing else: never an opening, a claim or a utilisation.
"""
