"""The ground everything stands on: money, time, database, transactions, errors, audit, outbox."""
