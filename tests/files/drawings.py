"""Small files of every kind that may be attached, and of kinds that may not."""

from __future__ import annotations

import struct

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 17
       + b"\x00\x00\x00\x00IEND\xaeB`\x82")
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\x00" * 40 + b"\xff\xd9"
STEP = b"ISO-10303-21;\r\nHEADER;\r\nENDSEC;\r\nDATA;\r\nENDSEC;\r\nEND-ISO-10303-21;\r\n"
IGES = (b"Gongfang test part".ljust(72) + b"S      1\n" + b"1H,,1H;;".ljust(72) + b"G      1\n"
        + b"S      1G      1D      0P      0".ljust(72) + b"T      1\n")
STL_TEXT = (b"solid part\n facet normal 0 0 1\n  outer loop\n   vertex 0 0 0\n   vertex 1 0 0\n"
            b"   vertex 0 1 0\n  endloop\n endfacet\nendsolid part\n")
STL = b"part".ljust(80, b"\x00") + struct.pack("<I", 2) + b"\x01" * 100
DXF = b"  0\r\nSECTION\r\n  2\r\nHEADER\r\n  0\r\nENDSEC\r\n  0\r\nEOF\r\n"
DXF_COMMENT = b"999\n\xc1\xe3\xbc\xfe GBK\n" + DXF.replace(b"\r\n", b"\n")
DXF_BINARY = b"AutoCAD Binary DXF\r\n\x1a\x00" + b"\x00SECTION\x00" * 4 + b"\x00EOF\x00"
DWG = b"AC1032\x00\x00" + b"\x07" * 300
CSV = "工序,数量\n车,3\n铣,4\n".encode()
TXT = "公差按 GB/T 1804-m，未注倒角 C0.5。\n".encode()

TAKEN = {
    "pdf": (PDF, "application/pdf"), "png": (PNG, "image/png"), "jpeg": (JPEG, "image/jpeg"),
    "step": (STEP, "model/step"), "iges": (IGES, "model/iges"),
    "stl text": (STL_TEXT, "model/stl"), "stl": (STL, "model/stl"), "dxf": (DXF, "image/vnd.dxf"),
    "dxf with a comment in GBK": (DXF_COMMENT, "image/vnd.dxf"),
    "dxf binary": (DXF_BINARY, "image/vnd.dxf"), "dwg": (DWG, "image/vnd.dwg"),
    "csv": (CSV, "text/csv"), "csv with a mark": (b"\xef\xbb\xbf" + CSV, "text/csv"),
    "txt": (TXT, "text/plain"),
}

HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
ZIP = b"PK\x03\x04" + b"\x00" * 60 + b"PK\x05\x06" + b"\x00" * 18
REFUSED = {
    "page": HTML, "page after blanks": b"\n\n  " + HTML, "picture with script": SVG,
    "page in the middle of a note": b"hello\n" + HTML, "xml": b"<?xml version='1.0'?><a/>",
    "page with a mark": b"\xef\xbb\xbf" + HTML, "archive": ZIP, "gif": b"GIF89a" + b"\x00" * 40,
    "program": b"MZ\x90\x00" + b"\x00" * 200, "elf": b"\x7fELF" + b"\x00" * 200,
    "shell script": b"#!/bin/sh\nrm -rf ~\n", "postscript": b"%!PS-Adobe-3.0\n",
    "rich text": b"{\\rtf1 hello}", "pdf with a page behind it": PDF + HTML,
    "pdf with an archive behind it": PDF + ZIP, "pdf behind a note": b"note\n" + PDF,
    "pdf cut short": PDF[:20], "png with an archive behind it": PNG + ZIP,
    "png cut short": PNG[:-4], "jpeg with a page behind it": JPEG + HTML,
    "step without its end": STEP[:40], "dxf without its end": DXF[:-5] + b"\xff\xfe",
    "stl of the wrong length": STL + b"\x00", "stl whose head is a page":
        b"<html><script>x</script>".ljust(80) + struct.pack("<I", 2) + b"\x01" * 100,
    "note in GBK": "公差".encode("gbk"), "note in UTF-16": "hello there".encode("utf-16"),
    "note with a zero byte": b"hello\x00there", "note cut in a letter": TXT[:-3],
    "only blanks": b" \n\n\t ",
}
