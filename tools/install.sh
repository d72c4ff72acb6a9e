#!/bin/sh
# Puts the project and its pinned dependencies into .venv: with uv where it is present, else pip.
# Usage: tools/install.sh "." | ".[dev]"
set -eu
python=${PYTHON:-python3}

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "Gongfang needs Python 3.11 or newer: set PYTHON=/path/to/python3.11." >&2
    exit 1
fi
if [ ! -x .venv/bin/python ] && ! "$python" -m venv .venv; then
    rm -rf .venv
    echo "Python's venv module is missing (Debian: apt install python3-venv)." >&2
    exit 1
fi
echo "Putting Gongfang and its dependencies into .venv: a minute or two."
if command -v uv >/dev/null 2>&1 &&
        uv pip install -q --python .venv/bin/python -c constraints.txt -e "$1"; then
    exit 0
fi
.venv/bin/python -m pip install -q -c constraints.txt -e "$1"
