"""Files on bookings and jobs: who reads them, when they come and go, and who fetched what."""

import io
import os

import pytest
from sqlalchemy import select

from marketplace.accounts.permissions import NotAllowed
from marketplace.bookings.errors import BookingNotFound
from marketplace.bookings.models import Booking
from marketplace.bookings.services import book_wish
from marketplace.catalogue.services import Wish
from marketplace.core.audit import AuditEntry
from marketplace.core.db import db
from marketplace.core.errors import NotFound
from marketplace.core.transaction import transaction
from marketplace.files import attachments, services, store
from marketplace.files.errors import (
    FileDelivered,
    FileNotFound,
    FileRefused,
    FilesClosed,
    TooManyFiles,
)
from marketplace.files.models import File
from marketplace.jobs.errors import JobNotFound
from marketplace.jobs.models import Operation
from tests.clocks import shanghai
from tests.factories.companies import actor_for, create_member, join
from tests.factories.jobs import create_job
from tests.files.drawings import DXF, PDF, STEP

pytestmark = pytest.mark.usefixtures("inside")


@pytest.fixture
def booked(inside, market):
    """A booking of the buyer on the seller's machine."""
    return book_wish(market.buyer.actor, Wish(
        market.listing.id, shanghai(1, 10), shanghai(1, 12), None, "time_slice")).id


def attach(actor, number, data=STEP, name="零件.stp", kind="booking"):
    """Attach a file."""
    return attachments.attach(actor, kind, number, name, io.BytesIO(data))


def sweep_later(clock, sha256):
    """Let the sweeper come when bytes have lain for two hours."""
    moment = clock.now.timestamp() - 7200
    os.utime(store.path_of(sha256), (moment, moment))
    services.sweep()


def become(number, state):
    """Put a booking into a state."""
    with transaction():
        db.session.get_one(Booking, number).state = state


def for_job(number, job):
    """Let a booking be made for the first operation of a job."""
    with transaction():
        operation = db.session.scalars(select(Operation).where(Operation.job_id == job.id)).first()
        db.session.get_one(Booking, number).operation_id = operation.id


def names(actor, number, kind="booking"):
    """What an actor sees on a thing."""
    return [row.name for row in attachments.listed(actor, kind, number)]


def test_both_parties_read_what_either_attached(market, booked):
    """The bytes come back whole; the name has the ending of the content; a colleague reads too."""
    buyers = attach(market.buyer.actor, booked)
    attach(market.seller.actor, booked, PDF, "测量报告.html")
    viewer = join(market.seller.company, "viewer").actor

    for actor in (market.buyer.actor, market.seller.actor, viewer):
        assert names(actor, booked) == ["零件.step", "测量报告.pdf"]
        row, path = attachments.fetch(actor, buyers.id)
        assert path.read_bytes() == STEP
    assert row.media_type == "model/step"


def test_strangers_and_staff_learn_nothing(market, booked):
    """To others there is no booking, no list, no file and no log; a viewer attaches nothing."""
    row = attach(market.buyer.actor, booked)
    stranger, operator = market.stranger.actor, actor_for(create_member())

    with pytest.raises(BookingNotFound):
        attach(stranger, booked)
    with pytest.raises(BookingNotFound):
        attachments.listed(stranger, "booking", booked)
    for read in (attachments.fetch, attachments.downloads_of, attachments.take_away):
        with pytest.raises(FileNotFound):
            read(stranger, row.id)
    with pytest.raises(NotAllowed):
        attachments.fetch(operator, row.id)
    with pytest.raises(NotAllowed):
        attach(join(market.buyer.company, "viewer").actor, booked)
    assert attachments.log_of(market.buyer.actor, "booking", booked) == []


def test_a_stranger_s_bytes_are_not_even_read(market, booked):
    """Who has no part in the booking is refused before anything of the upload is stored."""
    class Unread(io.BytesIO):
        def read(self, *_):
            raise AssertionError("the upload was read")

    with pytest.raises(BookingNotFound):
        attachments.attach(market.stranger.actor, "booking", booked, "x.stp", Unread())


def test_every_download_is_written_down_for_the_owner(market, booked, clock):
    """Who, of which company, when: the owner sees it, the other side does not; the audit log has
    it too, with the booking."""
    row = attach(market.buyer.actor, booked)
    clock.move(minutes=5)
    attachments.fetch(market.seller.actor, row.id)

    (line,) = attachments.log_of(market.buyer.actor, "booking", booked)
    assert (line.member, line.company, line.at, line.file.id) == (
        market.seller.member.name, market.seller.company.name, clock.now, row.id)
    assert attachments.downloads_of(market.buyer.actor, row.id) == [line]
    assert attachments.log_of(market.seller.actor, "booking", booked) == []
    with pytest.raises(FileNotFound):
        attachments.downloads_of(market.seller.actor, row.id)
    entry = db.session.scalars(select(AuditEntry).where(
        AuditEntry.action == "file.download")).one()
    assert (entry.member_id, entry.company_id, entry.object_id, entry.details) == (
        market.seller.member.id, market.seller.company.id, row.id,
        {"on": "booking", "number": booked})


def test_a_file_is_taken_away_by_its_owner_alone_and_its_log_stays(market, booked, clock):
    """It is gone for both, its bytes are swept, and who fetched it is still to be seen."""
    row = attach(market.buyer.actor, booked)
    attachments.fetch(market.seller.actor, row.id)
    with pytest.raises(FileNotFound):
        attachments.take_away(market.seller.actor, row.id)

    attachments.take_away(market.buyer.actor, row.id)

    assert names(market.seller.actor, booked) == []
    with pytest.raises(FileNotFound):
        attachments.fetch(market.seller.actor, row.id)
    assert len(attachments.downloads_of(market.buyer.actor, row.id)) == 1
    sweep_later(clock, row.sha256)
    assert not store.path_of(row.sha256).exists()


def test_bytes_that_another_file_has_too_stay(market, booked, clock):
    """Taking one away leaves the other side's file of the same bytes."""
    mine = attach(market.buyer.actor, booked)
    theirs = attach(market.seller.actor, booked)
    attachments.take_away(market.buyer.actor, mine.id)
    sweep_later(clock, mine.sha256)

    assert attachments.fetch(market.buyer.actor, theirs.id)[1].read_bytes() == STEP


@pytest.mark.parametrize("state", ["delivered", "accepted", "disputed", "settled"])
def test_after_delivery_files_stay(market, booked, state):
    """The work was done by them."""
    row = attach(market.buyer.actor, booked)
    become(booked, state)

    with pytest.raises(FileDelivered):
        attachments.take_away(market.buyer.actor, row.id)


@pytest.mark.parametrize("state", ["declined", "expired", "cancelled", "no_show", "settled"])
def test_what_came_to_nothing_takes_no_files(market, booked, state):
    """Nothing is added to it; what is there can still be read."""
    attach(market.buyer.actor, booked)
    become(booked, state)

    with pytest.raises(FilesClosed):
        attach(market.buyer.actor, booked, DXF)
    assert names(market.seller.actor, booked) == ["零件.step"]


def test_the_same_bytes_once_more_are_the_same_file(market, booked):
    """A retry makes no second row; another file does."""
    first = attach(market.buyer.actor, booked)

    assert attach(market.buyer.actor, booked, name="again.stp").id == first.id
    assert attach(market.buyer.actor, booked, DXF).id != first.id


def test_each_side_has_its_own_room(market, booked, monkeypatch):
    """One side's many files leave room for the other's."""
    monkeypatch.setattr(attachments, "FILES_MOST", 1)
    attach(market.buyer.actor, booked)

    with pytest.raises(TooManyFiles):
        attach(market.buyer.actor, booked, DXF)
    assert attach(market.seller.actor, booked, DXF)


@pytest.mark.parametrize(("data", "code"), [
    (b"", "file_empty"), (b"<svg/>", "file_kind_drawing"),
    (b"x" * (16 * 2**20 + 1), "file_size")])
def test_what_is_not_taken_leaves_nothing(market, booked, data, code):
    """Empty, of another kind or too long: refused by name, no row and no bytes."""
    with pytest.raises(FileRefused) as refused:
        attach(market.buyer.actor, booked, data)

    assert [(each.field, each.code) for each in refused.value.errors] == [("file", code)]
    assert db.session.scalars(select(File)).all() == []
    assert [each for each in store.folder().rglob("*") if each.name != ".lock"] == []


def test_a_job_s_files_are_the_firm_s_and_its_seller_s(market, booked):
    """A seller reads a job's drawings once it has a booking for the job, and no longer when that
    came to nothing; it attaches nothing there; others never read."""
    job = create_job(market.buyer.actor)
    row = attach(market.buyer.actor, job.id, kind="job")
    with pytest.raises(JobNotFound):
        attachments.listed(market.seller.actor, "job", job.id)
    for_job(booked, job)

    assert names(market.seller.actor, job.id, "job") == ["零件.step"]
    attachments.fetch(market.seller.actor, row.id)
    assert [line.company for line in attachments.log_of(market.buyer.actor, "job", job.id)] == [
        market.seller.company.name]
    with pytest.raises(NotFound):
        attach(market.seller.actor, job.id, DXF, kind="job")
    with pytest.raises(NotFound):
        attachments.listed(market.stranger.actor, "job", job.id)
    become(booked, "cancelled")
    with pytest.raises(FileNotFound):
        attachments.fetch(market.seller.actor, row.id)


def test_a_job_s_files_stay_once_its_work_was_delivered(market, booked):
    """Before, the firm takes them away; after, nobody does."""
    job = create_job(market.buyer.actor)
    row = attach(market.buyer.actor, job.id, kind="job")
    for_job(booked, job)
    become(booked, "delivered")

    with pytest.raises(FileDelivered):
        attachments.take_away(market.buyer.actor, row.id)


def test_papers_and_attachments_do_not_mix(market, booked):
    """A booking's file cannot be fetched as a paper, nor a paper as an attachment."""
    row = attach(market.buyer.actor, booked)
    paper = services.upload_paper(market.buyer.actor, "p.pdf", io.BytesIO(PDF))

    with pytest.raises(FileNotFound):
        services.download(market.buyer.actor, row.id)
    with pytest.raises(FileNotFound):
        attachments.fetch(market.buyer.actor, paper.id)
