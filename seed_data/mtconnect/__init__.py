"""Recorded states of three real machines, October 2016: what is known of each machine-day.

Source: NIST Smart Manufacturing Systems Test Bed (usnistgov/smstestbed@968279f), US public
domain; with thanks to NIST.
"""
