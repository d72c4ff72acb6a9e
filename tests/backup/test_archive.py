"""Backup and restore: what comes back, and what stops them."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from marketplace import config
from marketplace.app import create_app
from marketplace.backup import archive, rows
from marketplace.bookings import services as bookings
from marketplace.bookings.models import Booking
from marketplace.capacity.errors import SlotTaken
from marketplace.core.db import Base, db
from marketplace.core.transaction import transaction
from marketplace.files import services as files
from marketplace.files import store
from marketplace.files.models import File
from marketplace.resources.models import Holiday
from tests.backup.conftest import PDF, everything, wish
from tests.clocks import shanghai
from tests.databases import POSTGRESQL, SQLITE
from tests.factories.companies import create_party

ENGINES = pytest.mark.parametrize("engine", (SQLITE, POSTGRESQL))


def run(app, *words):
    """A command's exit code and what it said."""
    done = app.test_cli_runner().invoke(args=list(words))
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


@pytest.fixture
def saved(app, full, tmp_path):
    """An archive of the full market."""
    path = tmp_path / "market.tar"
    code, said = run(app, "backup", str(path))
    assert code == 0, said
    return path


@ENGINES
def test_everything_comes_back_on_either_engine(app, saved, fresh, engine):
    """Every row and every byte is as it was, whichever engine wrote and whichever reads."""
    before, blobs = everything(app), {each.name for each in store.folder().glob("*/*")}

    other = fresh(engine)
    code, said = run(other, "restore", str(saved))

    assert code == 0, said
    assert "overlapping live claims: 0" in said
    assert everything(other) == before
    assert {each.name for each in store.folder().glob("*/*")} == blobs
    assert [each.read_bytes() for each in store.folder().glob("*/*")] == [PDF]


@ENGINES
def test_the_restored_market_goes_on(saved, full, fresh, engine):
    """New rows get numbers of their own, and taken hours stay taken."""
    other = fresh(engine)
    run(other, "restore", str(saved))

    with other.app_context():
        last = db.session.scalar(select(func.max(Booking.id)))
        row = bookings.book_wish(full.buyer.actor, wish(full, shanghai(2, 9)))
        assert row.id > last
        with pytest.raises(SlotTaken):
            bookings.book_wish(full.buyer.actor, wish(full, shanghai(1, 10)))


def test_a_market_restored_a_month_later_is_open(saved, full, fresh, backend, clock):
    """Opening hours are brought up to today with the rows: old archives verify, too."""
    clock.move(days=30)
    other = fresh(backend)

    code, said = run(other, "restore", str(saved))

    assert code == 0, said
    with other.app_context():
        assert bookings.book_wish(full.buyer.actor, wish(full, shanghai(80, 9)))


def test_the_bytes_of_a_file_that_was_taken_away_are_in_no_archive(app, full, tmp_path):
    """A row that remembers who fetched a drawing does not keep its bytes alive."""
    with app.app_context(), transaction():
        db.session.scalars(select(File)).one().removed_at = shanghai(0, 9)

    code, said = run(app, "backup", str(tmp_path / "a.tar"))

    assert code == 0 and "0 files" in said
    with tarfile.open(tmp_path / "a.tar") as tar:
        assert [name for name in tar.getnames() if name.startswith("blobs/")] == []


def test_a_writer_between_any_two_tables_leaves_a_whole_picture(
        app, full, fresh, backend, tmp_path, monkeypatch):
    """A firm books and uploads before every table is read: the archive holds one moment."""
    before, hours = everything(app), iter(range(1000))
    plain = rows.dump

    def write():
        with app.app_context():
            hour = next(hours)
            bookings.book_wish(full.buyer.actor,
                               wish(full, shanghai(10 + hour // 12, 8 + hour % 12)))
            files.upload_paper(create_party(state="pending", verified_at=None).actor, "x.pdf",
                               io.BytesIO(PDF + str(hour).encode()))

    def dump(*words):
        write()
        return plain(*words)

    monkeypatch.setattr(rows, "dump", dump)
    path = tmp_path / "raced.tar"
    code, said = run(app, "backup", str(path))
    assert code == 0, said
    assert len(everything(app)["booking"]) == 2 + len(Base.metadata.tables)

    other = fresh(backend)
    assert run(other, "restore", str(path))[0] == 0
    assert everything(other) == before


def test_no_blob_is_swept_before_it_is_copied(app, full, tmp_path, monkeypatch, clock):
    """A file taken back during a backup is still in it: the sweeper waits for the backup."""
    with app.app_context():
        row = db.session.scalars(select(File)).one()
        path, sha256 = store.path_of(row.sha256), row.sha256
    plain, busy = rows.dump, []

    def dump(*words):
        if not busy:
            with pytest.raises(BlockingIOError):
                _lock_as_the_sweeper()
            busy.append(True)
        return plain(*words)

    monkeypatch.setattr(rows, "dump", dump)
    assert run(app, "backup", str(tmp_path / "a.tar"))[0] == 0
    assert busy and path.exists()
    _lock_as_the_sweeper()
    with tarfile.open(tmp_path / "a.tar") as tar:
        assert tar.getmember(f"blobs/{sha256}").size == len(PDF)


def _lock_as_the_sweeper():
    """Ask for what `store.sweep` waits for; raises BlockingIOError while it would wait."""
    import fcntl
    with open(store.folder() / ".lock", "a") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_an_archive_is_for_its_owner_only_and_leaves_nothing_beside_it(saved):
    """Nobody else may read it, and no draft stays."""
    assert saved.stat().st_mode & 0o777 == 0o600
    assert list(saved.parent.glob(".market.tar*")) == []


def test_nothing_is_overwritten(app, saved):
    """A second backup to the same name is refused, and the first is as it was."""
    before = saved.read_bytes()

    code, said = run(app, "backup", str(saved))

    assert code == 1 and "is there already" in said
    assert saved.read_bytes() == before


def test_a_file_that_appears_meanwhile_is_not_overwritten(app, full, tmp_path, monkeypatch):
    """Somebody else's file of that name survives, also when it came during the backup."""
    path, plain = tmp_path / "a.tar", rows.dump

    def dump(*words):
        path.write_text("precious")
        return plain(*words)

    monkeypatch.setattr(rows, "dump", dump)
    code, said = run(app, "backup", str(path))

    assert code == 1 and "is there already" in said
    assert path.read_text() == "precious"


def test_a_folder_that_is_not_there_is_named(app, tmp_path):
    """Where nothing can be written, one sentence says so."""
    code, said = run(app, "backup", str(tmp_path / "nowhere" / "a.tar"))

    assert code == 1 and "cannot be written to" in said


def test_a_file_system_without_links_will_do(app, full, tmp_path, monkeypatch):
    """Where a file cannot have two names the draft is renamed; what is there stays there."""
    def no_links(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", no_links)
    path = tmp_path / "a.tar"
    assert run(app, "backup", str(path))[0] == 0
    before = path.read_bytes()

    assert run(app, "backup", str(path))[0] == 1
    assert path.read_bytes() == before


@pytest.mark.parametrize("words", (("backup",), ("restore", "--replace")))
def test_a_full_disk_is_named(app, saved, tmp_path, monkeypatch, words):
    """When the disk is full one sentence says so, no draft stays, and no row is touched."""
    def full_disk(*_):
        raise OSError(28, "No space left on device")

    path = tmp_path / "b.tar" if words == ("backup",) else saved
    monkeypatch.setattr("os.fsync", full_disk)
    before = everything(app)

    code, said = run(app, *words, str(path))

    assert code == 1 and "No space left on device" in said
    assert everything(app) == before
    assert list(tmp_path.glob(".*.part")) == [] and not (tmp_path / "b.tar").exists()


def test_a_missing_file_is_named_and_the_rest_is_kept(app, full, fresh, backend, tmp_path):
    """Bytes that are lost already stop no backup; it says which, and ends with 1."""
    with app.app_context():
        lost = db.session.scalars(select(File.sha256)).one()
        store.path_of(lost).write_bytes(b"rotten")
    path = tmp_path / "a.tar"

    code, said = run(app, "backup", str(path))

    assert code == 1 and lost in said
    code, said = run(fresh(backend), "restore", str(path))
    assert code == 1 and "files whose bytes are missing: 1" in said


def test_a_full_database_is_left_alone(app, saved, full):
    """A restore over rows is refused with the way out; not one is touched."""
    before = everything(app)

    code, said = run(app, "restore", str(saved))

    assert code == 1 and "The database is not empty" in said and "--replace" in said
    assert everything(app) == before


def test_replace_brings_the_archive_and_nothing_else(app, saved, full):
    """With --replace what came after the backup is gone, and the numbers go on."""
    before = everything(app)
    with app.app_context():
        bookings.book_wish(full.buyer.actor, wish(full, shanghai(2, 9)))

    code, said = run(app, "restore", str(saved), "--replace")

    assert code == 0, said
    assert everything(app) == before


@pytest.mark.parametrize("before", (b"blobs/", b'"format"'))
def test_an_archive_cut_short_changes_nothing(saved, fresh, backend, before):
    """Half a copy is recognised before anything is written."""
    whole = saved.read_bytes()
    saved.write_bytes(whole[:whole.index(before)])
    other = fresh(backend)

    code, said = run(other, "restore", str(saved))

    assert code == 1 and ("damaged" in said or "no whole archive" in said)
    assert not any(everything(other).values())


def test_a_changed_byte_is_noticed(saved, fresh, backend):
    """One wrong byte in a row, and nothing is restored."""
    whole = saved.read_bytes()
    saved.write_bytes(whole.replace(b"booking.confirm", b"booking.confirM", 1))
    other = fresh(backend)

    code, said = run(other, "restore", str(saved))

    assert code == 1 and "damaged: tables/audit_entry.jsonl" in said
    assert not any(everything(other).values())


@pytest.mark.parametrize("words", (b"no archive at all", b""))
def test_what_is_no_archive_is_refused(app, tmp_path, words):
    """Some other file is named as what it is."""
    path = tmp_path / "x.tar"
    path.write_bytes(words)

    code, said = run(app, "restore", str(path))

    assert code == 1 and "Error: " in said and "Traceback" not in said


def rewritten(path: Path, change) -> Path:
    """The archive with other parts: `change(name, bytes)` gives the new bytes; sums are right."""
    parts = {}
    with tarfile.open(path) as tar:
        for member in tar:
            parts[member.name] = tar.extractfile(member).read()
    manifest = json.loads(parts.pop(archive.MANIFEST))
    parts = {name: change(name, body) for name, body in parts.items()}
    for name, each in manifest["tables"].items():
        body = parts[archive.table_part(name)]
        each["sha256"], each["rows"] = archive.sha256_of(io.BytesIO(body)), body.count(b"\n")
    manifest = json.loads(change(archive.MANIFEST, json.dumps(manifest).encode()))
    other = path.with_name("rewritten.tar")
    with tarfile.open(other, "w") as tar:
        for name, body in (*parts.items(), (archive.MANIFEST, json.dumps(manifest).encode())):
            head = tarfile.TarInfo(name)
            head.size = len(body)
            tar.addfile(head, io.BytesIO(body))
    return other


def test_another_revision_is_refused(app, saved, fresh, backend):
    """Tables of another version are not guessed at."""
    path = rewritten(saved, lambda name, body: body.replace(
        b'"revision": "', b'"revision": "9') if name == archive.MANIFEST else body)

    code, said = run(fresh(backend), "restore", str(path))

    assert code == 1 and "The archive is of revision 9" in said


def test_a_database_without_tables_is_told_to_get_some(saved, tmp_path):
    """Before `flask db upgrade` there is nothing to restore into."""
    (tmp_path / "bare").mkdir()
    bare = create_app(config.Settings(instance=str(tmp_path / "bare")))

    code, said = run(bare, "restore", str(saved))

    assert code == 1 and "flask db upgrade" in said
    with bare.app_context():
        db.engine.dispose()


def test_a_restore_that_breaks_changes_nothing(app, saved, full):
    """The database refuses two claims on one hour: what was there before is there still."""

    def change(name, body):
        if name != archive.table_part("claim"):
            return body
        first, *rest = body.splitlines(keepends=True)
        number = json.loads(first)[0] + 10_000
        again = json.dumps([number, *json.loads(first)[1:]]).encode() + b"\n"
        return b"".join((first, *rest, again))

    path = rewritten(saved, change)
    before = everything(app)

    code, said = run(app, "restore", str(path), "--replace")

    assert code == 1 and "did not take the rows" in said and "it is as it was" in said
    assert everything(app) == before


def test_no_table_refers_to_itself_or_in_a_circle():
    """Rows are restored table by table: the order of the tables is all that they need."""
    order = [table.name for table in Base.metadata.sorted_tables]   # a circle warns: an error here

    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            assert order.index(key.column.table.name) < order.index(table.name)


def test_a_json_null_is_not_a_null(app, fresh, backend, tmp_path):
    """A document that says null and no document at all stay apart, as do quotes and newlines."""
    words = 'a"b\nc\\d\u2028 é 工'
    with app.app_context(), transaction():
        db.session.add(Holiday(day=shanghai(0, 12).date(), kind="holiday", name=words))
        for number, value in enumerate(("'null'", "'{\"a\": null}'"), 1):
            db.session.execute(text(
                "INSERT INTO audit_entry (id, at, action, object_kind, object_id, details) VALUES"
                f" ({number}, '2026-03-02 00:00:00.000001', 'x', 'x', 1, {value})"))
    before = everything(app)
    run(app, "backup", str(tmp_path / "a.tar"))

    other = fresh(backend)
    assert run(other, "restore", str(tmp_path / "a.tar"))[0] == 0
    assert everything(other) == before
    assert [row[-1] for row in before["audit_entry"]] == ["null", '{"a": null}']
