"""Papers: handed in, read by whom they are for, taken back, swept."""

import io
import os

import pytest
from sqlalchemy import select

from marketplace.accounts.permissions import NotAllowed
from marketplace.core.db import db
from marketplace.core.errors import NotFound
from marketplace.files import queries, rules, services, store, tasks
from marketplace.files.errors import FileKept, FileNotFound, FileRefused, TooManyFiles
from marketplace.files.models import File, FileDownload, FileReader
from tests.factories.companies import actor_for, create_member, create_party, join

PDF = b"%PDF-1.7\n" + b"x" * 100_000


def paper(actor, data=PDF, name="营业执照.pdf"):
    """Hand in a paper."""
    return services.upload_paper(actor, name, io.BytesIO(data))


@pytest.fixture
def waiting(inside):
    """A company that is not verified yet."""
    return create_party(state="pending", verified_at=None)


def age(path, clock, seconds):
    """Make a file this old by the product's clock."""
    moment = clock.now.timestamp() - seconds
    os.utime(path, (moment, moment))


def test_a_paper_is_kept_whole_and_read_by_owner_and_operator(waiting):
    """The bytes come back as they went in; each download is a line in the log."""
    operator = actor_for(create_member())
    row = paper(waiting.actor)

    for reader in (waiting.actor, operator):
        found, path = services.download(reader, row.id)
        assert path.read_bytes() == PDF
        assert (found.name, found.media_type, found.size) == (
            "营业执照.pdf", "application/pdf", len(PDF))

    assert db.session.scalars(select(FileDownload.member_id).order_by(FileDownload.id)).all() == [
        waiting.member.id, operator.member_id]
    assert [each.id for each in queries.files_on(operator, "company", waiting.company.id)] == [
        row.id]
    assert queries.counts("company", [waiting.company.id]) == {waiting.company.id: 1}


@pytest.mark.parametrize(("data", "code"), [
    (b"", "file_empty"), (b"<html><script>", "file_kind"), (b"%PDF", "file_kind"),
    (b"%PDF-" + b"x" * rules.BYTES_MOST, "file_size")])
def test_what_is_not_taken_leaves_nothing(waiting, data, code):
    """Empty, of another kind, or one byte too long: refused by name, no row and no bytes."""
    with pytest.raises(FileRefused) as refused:
        paper(waiting.actor, data)

    assert [(each.field, each.code) for each in refused.value.errors] == [("file", code)]
    assert db.session.scalars(select(File)).all() == []
    assert [each for each in store.folder().rglob("*") if each.name != ".lock"] == []


def test_the_largest_paper_is_taken(waiting):
    """Exactly the limit is not above it."""
    data = b"%PDF-" + b"x" * (rules.BYTES_MOST - 5)

    assert paper(waiting.actor, data).size == rules.BYTES_MOST


def test_papers_are_limited_by_number(waiting, monkeypatch):
    """So many papers, then no more until one is taken back."""
    monkeypatch.setattr(services, "FILES_MOST", 1)
    first = paper(waiting.actor)

    with pytest.raises(TooManyFiles):
        paper(waiting.actor)
    services.remove(waiting.actor, first.id)

    assert paper(waiting.actor)


def test_strangers_learn_nothing(waiting):
    """To another company, and to colleagues whose role does not read papers, it is not there."""
    row = paper(waiting.actor)
    stranger, colleague = create_party().actor, join(waiting.company, "viewer").actor

    for actor in (stranger, colleague):
        with pytest.raises(FileNotFound):
            services.download(actor, row.id)
        assert queries.files_on(actor, "company", waiting.company.id) == []
    with pytest.raises(FileNotFound):
        services.remove(stranger, row.id)
    with pytest.raises(NotAllowed):
        paper(colleague)
    assert db.session.scalars(select(FileDownload)).all() == []


def test_a_named_reader_reads_and_does_not_remove(waiting):
    """A company in the list of readers fetches the file; taking it back stays the owner's."""
    row, reader = paper(waiting.actor), create_party()
    db.session.add(FileReader(file_id=row.id, company_id=reader.company.id))
    db.session.commit()

    assert services.download(reader.actor, row.id)[0].id == row.id
    with pytest.raises(NotFound):
        services.remove(reader.actor, row.id)


def test_papers_of_a_verified_company_stay(inside):
    """The verification rests on them: adding is possible, removing is not."""
    actor = create_party().actor
    row = paper(actor)

    with pytest.raises(FileKept):
        services.remove(actor, row.id)


def test_the_sweeper_takes_orphans_and_leaves_the_rest(waiting, clock):
    """Old bytes without a row and old half-written parts go; rows and young files stay."""
    kept, gone = paper(waiting.actor), paper(waiting.actor, PDF + b"other")
    services.remove(waiting.actor, gone.id)
    young = paper(waiting.actor, PDF + b"young")
    services.remove(waiting.actor, young.id)
    part = store.folder() / "part-left-behind"
    part.write_bytes(b"half")
    for path in (part, store.path_of(kept.sha256), store.path_of(gone.sha256)):
        age(path, clock, 3601)
    age(store.path_of(young.sha256), clock, 3599)

    assert services.sweep() == 2

    assert store.path_of(kept.sha256).is_file()
    assert store.path_of(young.sha256).is_file()
    assert not store.path_of(gone.sha256).exists()
    assert not part.exists()


def test_the_same_bytes_twice_are_one_blob_and_two_papers(waiting):
    """Removing one of two equal papers leaves the other readable after the sweep."""
    first, second = paper(waiting.actor), paper(waiting.actor, name="copy.pdf")
    services.remove(waiting.actor, first.id)

    services.sweep()

    assert services.download(waiting.actor, second.id)[1].read_bytes() == PDF


def test_a_lost_blob_is_said_and_not_logged_as_fetched(waiting):
    """Without its bytes a file is not found, and no download is written down."""
    row = paper(waiting.actor)
    store.path_of(row.sha256).unlink()

    with pytest.raises(FileNotFound):
        services.download(waiting.actor, row.id)

    assert db.session.scalars(select(FileDownload)).all() == []


def test_a_failed_row_leaves_an_orphan_only(waiting, monkeypatch, clock):
    """When the database refuses after the bytes were written, the sweeper cleans up."""
    monkeypatch.setattr(services, "FILES_MOST", 0)
    with pytest.raises(TooManyFiles):
        paper(waiting.actor)
    blobs = list(store.folder().glob("*/*"))
    assert len(blobs) == 1
    age(blobs[0], clock, 3601)

    assert tasks.sweep_blobs() == 1
