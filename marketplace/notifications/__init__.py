"""Mail: words by language, carried out from the outbox by the worker. No tables of its own."""
