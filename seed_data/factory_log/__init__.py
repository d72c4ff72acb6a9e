"""Real work orders of a machining plant: conversion, and reality against replay and plan.

Source: D. Levy, "Production Analysis with Process Mining Technology", 4TU.ResearchData,
doi:10.4121/uuid:68726926-5ac5-4fab-b873-ee76ea412399.
"""
