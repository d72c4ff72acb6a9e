"""Imports of tables from files: companies, sites, resources, opening hours and jobs.

A file is tried first: the whole of it in a transaction that is rolled back, with a report by line.
Then it is done, all lines or none. One file a noun; one line, or the lines of one thing, is one
service call, so an import can do nothing that its person could not do by hand.
"""
