"""Uploaded files: rows with hash, size, type, owner and readers; the bytes lie in a folder.

Tables: file, file_reader, file_download.
"""
