#!/bin/sh
# Promises: afterwards the folder given is a virtual environment whose Python this project supports.
#
#   packaging/make-venv.sh .venv
#
# The system's own Python comes first: it is the one that a box on a wall has. PYTHON=... chooses another.
set -eu
venv=$1

supported='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))'

"$venv/bin/python" -c "$supported" 2>/dev/null && "$venv/bin/python" -m pip --version >/dev/null 2>&1 && exit 0

for python in ${PYTHON:-/usr/bin/python3 python3 python3.13 python3.12 python3.11}; do
    "$python" -c "import ensurepip, venv; $supported" >/dev/null 2>&1 || continue
    echo "Making $venv with $("$python" --version) ($(command -v "$python"))"
    exec "$python" -m venv --clear "$venv"
done

echo "No Python here can be used: expected 3.11, 3.12 or 3.13 with its venv module, found" \
    "$(python3 --version 2>/dev/null || echo none). Install one, or name it: make setup PYTHON=/path/to/python3" >&2
exit 1
