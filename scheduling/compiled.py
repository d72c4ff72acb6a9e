"""Machine code from Python functions: the one way in which this library uses numba.

Compiled code is kept on disk, in a folder named after the text of all modules that are compiled.
Numba itself looks only at the file a function is in, so that a change in one module would leave
callers in other modules with the old code of it inside.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., object])
SETTINGS = cast(Any, numba.config)
SOURCES = Path(__file__).parent / "backends"


def _folder() -> str:
    """Where this state of the sources keeps its machine code; empty for numba's own choice."""
    digest = sha256()
    for path in sorted(SOURCES.glob("*.py")):
        text = path.read_bytes()
        if b"scheduling.compiled" in text:
            digest.update(text)
    folder = SOURCES / "__pycache__" / f"compiled-{digest.hexdigest()[:16]}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return ""
    return str(folder) if os.access(folder, os.W_OK) else ""


CACHE = SETTINGS.CACHE_DIR or _folder()


def compiled(function: Function) -> Function:
    """Compile a function at its first call; it then runs without the interpreter's lock."""
    kept, SETTINGS.CACHE_DIR = SETTINGS.CACHE_DIR, CACHE
    try:
        return cast(Function, numba.njit(cache=True, nogil=True)(function))
    finally:
        SETTINGS.CACHE_DIR = kept
