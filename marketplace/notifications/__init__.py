"""Mail: words by language, carried out from the outbox by the worker. No tables of its own.

A message holds a kind and row numbers, never a name, an address or a secret: what it says is put
together when it is sent, from what the rows say then.
"""
