"""The least a correct Flask service can do: two endpoints, one table, no login, no price, no audit.

It marks what the machine can do at all. Bookings lock the machine's row before they insert, so
that rivals queue instead of deadlocking on the exclusion constraint, which is what keeps it right.
"""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any

import psycopg
from flask import Flask, jsonify, request
from psycopg import errors

MACHINES = 200
SCHEMA = f"""
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE TABLE machine (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE booking (
  id bigserial PRIMARY KEY, machine_id int NOT NULL REFERENCES machine, firm_id int NOT NULL,
  during tstzrange NOT NULL, created timestamptz NOT NULL DEFAULT now(),
  EXCLUDE USING gist (machine_id WITH =, during WITH &&));
CREATE INDEX booking_during ON booking USING gist (during);
INSERT INTO machine SELECT n, 'machine ' || n FROM generate_series(1, {MACHINES}) n;
"""
LOCK = "SELECT 1 FROM machine WHERE id = %s FOR NO KEY UPDATE"
BOOK = ("INSERT INTO booking (machine_id, firm_id, during)"
        " VALUES (%s, %s, tstzrange(%s, %s)) RETURNING id")
FREE = ("SELECT id FROM machine m WHERE NOT EXISTS (SELECT 1 FROM booking b"
        " WHERE b.machine_id = m.id AND b.during && tstzrange(%s, %s)) ORDER BY id")

app = Flask(__name__)
_open: list[psycopg.Connection[Any]] = []


def database() -> psycopg.Connection[Any]:
    """The one connection of this worker."""
    if not _open or _open[0].closed:
        _open[:] = [psycopg.connect(os.environ["REFERENCE_DATABASE"], autocommit=True)]
    return _open[0]


@app.post("/bookings")
def book() -> Any:
    """Book a machine, or 409."""
    body = request.get_json()
    window = datetime.fromisoformat(body["start"]), datetime.fromisoformat(body["end"])
    try:
        with database().transaction():
            database().execute(LOCK, (body["machine"],))
            row = database().execute(BOOK, (body["machine"], body["firm"], *window)).fetchone()
    except errors.ExclusionViolation:
        return jsonify(error="slot taken"), 409
    return jsonify(id=row[0] if row else None), 201


@app.get("/free")
def free() -> Any:
    """Machines that are free in a window."""
    window = (datetime.fromisoformat(request.args["start"]),
              datetime.fromisoformat(request.args["end"]))
    return jsonify(free=[row[0] for row in database().execute(FREE, window)])
