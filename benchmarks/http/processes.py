"""A throw-away PostgreSQL, gunicorn, and how much memory a tree of processes takes."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from marketplace.config import ROOT
from tests.databases import binaries, free_port, shell

PATIENCE = 60   # seconds for a service to answer its first request


class CannotMeasure(Exception):
    """Something that the run needs is not there; told in one sentence."""


@dataclass(frozen=True)
class PostgreSQL:
    """A running cluster with the settings that PostgreSQL ships with."""

    port: int
    log: Path

    def url(self, name: str) -> str:
        """The address of one of its databases."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def create(self, name: str) -> str:
        """A new empty database; returns its address."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[arg-type]
        return self.url(name)

    def logged(self, words: str, name: str) -> int:
        """How many lines of the log of one database hold these words."""
        return sum(words in line and f" {name} " in line
                   for line in self.log.read_text(errors="replace").splitlines())


@contextmanager
def postgresql(folder: Path) -> Iterator[PostgreSQL]:
    """Make, start, stop and delete a cluster; fsync and all else as by default."""
    tools = binaries()
    if tools is None:
        raise CannotMeasure("PostgreSQL is not installed (Debian: apt install postgresql)")
    home = folder / "postgresql"
    home.mkdir()
    shutil.chown(home, "postgres") if Path("/proc/self").stat().st_uid == 0 else None
    port = free_port()
    settings = (f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={home}"
                " -c max_connections=200 -c log_line_prefix=\"%m [%p] %d \"")
    shell(f"{tools}/initdb -D {home}/data -U postgres --auth=trust --encoding=UTF8"
          " --locale=C.UTF-8")
    try:
        shell(f"{tools}/pg_ctl -D {home}/data -l {home}/log -w -t 60 -o '{settings}' start")
        yield PostgreSQL(port, home / "log")
    finally:
        with suppress(RuntimeError):   # it may not have started
            shell(f"{tools}/pg_ctl -D {home}/data -m immediate -w stop")


@contextmanager
def gunicorn(options: Sequence[str], environment: dict[str, str], log: Path,
             ready: str) -> Iterator[tuple[str, int]]:
    """A gunicorn on a free port until `ready` answers; gives its address and its process id."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "gunicorn", *options, "-b", f"127.0.0.1:{port}",
               "--no-control-socket", "--log-file", str(log)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL)
    try:
        _wait(process, base + ready, log)
        yield base, process.pid
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise CannotMeasure(f"{url} does not answer: {log.read_text(errors='replace')[-2000:]}")


def tree(root: int) -> list[int]:
    """A process and all below it."""
    children: dict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError, IndexError, ValueError):   # it may end while we look
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                children[parent].append(int(entry.name))
    found = [root]
    for process in found:
        found += children[process]
    return found


def memory(root: int) -> dict[str, float]:
    """Resident and proportional memory of a tree of processes, in MiB."""
    total = {"Rss": 0, "Pss": 0}
    processes = tree(root)
    for process in processes:
        with suppress(OSError):
            for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
                name, _, rest = line.partition(":")
                if name in total:
                    total[name] += int(rest.split()[0])
    return {"processes": len(processes), "rss": round(total["Rss"] / 1024, 1),
            "pss": round(total["Pss"] / 1024, 1)}
