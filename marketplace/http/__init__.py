"""How the outside speaks to services: problems, authentication, idempotency, pages of lists.

Tables: idempotency_key, rate_counter.
"""
