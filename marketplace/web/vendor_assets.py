"""Refresh the vendored browser libraries: `python -m marketplace.web.vendor_assets`.

Each package is fetched by the npm client (`npm pack NAME@VERSION`), a few built files and its
licence are copied to `static/vendor/<name>/`, and `static/vendor/VENDOR.json` records what lies
there. The files are committed, so nobody needs npm to run the product; a test compares the hashes.
"""

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VENDOR = Path(__file__).parent / "static" / "vendor"
RECORD = VENDOR / "VENDOR.json"

# package, version, licence, {path inside the package: file name here}
PACKAGES = (
    (
        "htmx.org",
        "2.0.11",
        "0BSD",
        {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "LICENSE"},
    ),
    (
        "echarts",
        "6.1.0",
        "Apache-2.0",
        {
            "dist/echarts.min.js": "echarts.min.js",
            "LICENSE": "LICENSE",
            "NOTICE": "NOTICE",
            "licenses/LICENSE-d3": "LICENSE-d3",
        },
    ),
    (
        "swagger-ui-dist",
        "5.35.0",
        "Apache-2.0",
        {
            "swagger-ui-bundle.js": "swagger-ui-bundle.js",
            "swagger-ui-bundle.js.LICENSE.txt": "swagger-ui-bundle.js.LICENSE.txt",
            "swagger-ui.css": "swagger-ui.css",
            "LICENSE": "LICENSE",
            "NOTICE": "NOTICE",
        },
    ),
)


def sha256(path: Path) -> str:
    """Hex digest of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def fetch(name: str, version: str, scratch: Path) -> Path:
    """Pack one npm package into `scratch` and return the folder it unpacks to."""
    command = ["npm", "pack", "--silent", f"{name}@{version}"]
    done = subprocess.run(
        command, cwd=scratch, check=True, capture_output=True, text=True, timeout=300
    )
    archive = scratch / done.stdout.strip().splitlines()[-1]
    with tarfile.open(archive) as tar:
        tar.extractall(scratch / name, filter="data")
    return scratch / name / "package"


def copy(folder: Path, name: str, files: dict[str, str]) -> list[str]:
    """Copy the wanted files of one unpacked package to `static/vendor/<name>/`."""
    target = VENDOR / name
    target.mkdir(parents=True, exist_ok=True)
    for inside, here in files.items():
        (target / here).write_bytes((folder / inside).read_bytes())
    return [f"{name}/{here}" for here in files.values()]


def main() -> int:
    """Fetch every package and write the record."""
    record = []
    with tempfile.TemporaryDirectory() as scratch:
        for name, version, licence, files in PACKAGES:
            for path in copy(fetch(name, version, Path(scratch)), name, files):
                entry = {"name": name, "version": version, "file": path, "licence": licence}
                record.append(entry | {"sha256": sha256(VENDOR / path)})
    RECORD.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
