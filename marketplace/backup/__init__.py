"""One archive with everything: the rows of every table and the bytes of every file.

The form is the same for SQLite and PostgreSQL, so what one engine wrote the other can read.
Tables: all of them, none of its own.

    tables/<name>.jsonl   one row a line, a JSON array in the order of the manifest's columns
    blobs/<sha256>        the bytes of an uploaded file
    manifest.json         revision, columns, row counts and checksums; written last, read first
"""
