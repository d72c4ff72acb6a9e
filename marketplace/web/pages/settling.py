"""Pages by which the two sides of a booking settle what changes: moves, proposals, fees."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for

from marketplace.accounts.permissions import require
from marketplace.bookings import answers, fees, moves, proposals, queries
from marketplace.bookings.errors import IllegalTransition
from marketplace.bookings.moves import Target
from marketplace.bookings.proposals import Offered
from marketplace.core.errors import Conflict, Invalid, NotFound
from marketplace.http.auth import actor
from marketplace.web import changed, settling_form, settling_view
from marketplace.web.once import once
from marketplace.web.reader import words
from marketplace.web.settling_form import COUNTER, PROPOSE_MOVE

blueprint = Blueprint("settling_page", __name__)
changed.show_on(blueprint)
OFFERS = {COUNTER: proposals.counter, PROPOSE_MOVE: proposals.propose_move}
ANSWERS = {"accept": answers.accept, "decline": answers.decline, "withdraw": answers.withdraw}


def _zone(booking_id: int) -> str:
    require(actor(), "booking.read")
    return settling_view.zone_of(queries.booking_of(actor(), booking_id).resource_id)


def _home(booking_id: int) -> str:
    return url_for("bookings_page.show_one", booking_id=booking_id)


def show_move(booking_id: int) -> Any:
    """Choose where a booking moves; with a start in the address, what that costs."""
    form = settling_form.read_move(request.args, _zone(booking_id))
    page = settling_view.move_page(actor(), booking_id, form)
    return render_template("bookings/move.html", **page)


def do_move(booking_id: int) -> Any:
    """Move the booking, at most at the price that was shown."""
    form = settling_form.read_move(request.form, _zone(booking_id))
    try:
        answer = _moved(booking_id, form.to or Target())
    except IllegalTransition:
        raise
    except (Conflict, Invalid) as refusal:
        page = settling_view.move_page(actor(), booking_id, form, refusal)
        return render_template("bookings/move.html", **page), 409
    flash(words("settling.moved"), "done")
    return answer


@once
def _moved(booking_id: int, to: Target) -> str:
    moves.move(actor(), booking_id, to, changed.seen())
    return _home(booking_id)


def show_counter(booking_id: int) -> Any:
    """Answer a request with another price, another time or both."""
    return _show_offer(booking_id, COUNTER)


def show_propose_move(booking_id: int) -> Any:
    """Ask the firm to have its booking at another time or on another machine."""
    return _show_offer(booking_id, PROPOSE_MOVE)


def _show_offer(booking_id: int, action: str) -> Any:
    values, _ = settling_form.typed(request.args, _zone(booking_id))
    blank = settling_form.OfferForm(values, None, {})
    page = settling_view.offer_page(actor(), booking_id, action, blank)
    return render_template("bookings/propose.html", **page)


def do_counter(booking_id: int) -> Any:
    """Send a counter-offer."""
    return _do_offer(booking_id, COUNTER)


def do_propose_move(booking_id: int) -> Any:
    """Send the wish to move."""
    return _do_offer(booking_id, PROPOSE_MOVE)


def _do_offer(booking_id: int, action: str) -> Any:
    form = settling_form.read_offer(action, request.form, _zone(booking_id))
    refusal = None
    if form.offered is not None:
        try:
            answer = _offered(booking_id, action, form.offered)
            flash(words("settling.proposed_now"), "done")
            return answer
        except IllegalTransition:
            raise
        except (Conflict, Invalid) as error:
            refusal = error
    page = settling_view.offer_page(actor(), booking_id, action, form, refusal)
    return render_template("bookings/propose.html", **page), 422


@once
def _offered(booking_id: int, action: str, offered: Offered) -> str:
    OFFERS[action](actor(), booking_id, offered, changed.seen())
    return _home(booking_id)


def answer(proposal_id: int, action: str) -> Any:
    """Accept, decline or take back a proposal."""
    if action not in ANSWERS:
        raise NotFound(kind="action")
    sent = _answered(proposal_id, action)
    flash(words(f"settling.answered.{action}"), "done")
    return sent


@once
def _answered(proposal_id: int, action: str) -> str:
    return _home(ANSWERS[action](actor(), proposal_id).id)


def waive(booking_id: int, fee_id: int) -> Any:
    """Let a fee go."""
    sent = _waived(booking_id, fee_id)
    flash(words("settling.waived_now"), "done")
    return sent


@once
def _waived(booking_id: int, fee_id: int) -> str:
    fees.waive(actor(), booking_id, fee_id, request.form.get("reason", "").strip()[:200])
    return _home(booking_id)


@blueprint.app_context_processor
def shared() -> dict[str, Any]:
    """What the pages of bookings and machines show of what is to be settled."""
    return {"talks_of": lambda plain, zone: settling_view.talks(actor(), plain, zone),
            "conflicts_on": lambda resource_id, zone: settling_view.conflicts(
                actor(), resource_id, zone)}


ONE = "/bookings/<int:booking_id>"
blueprint.add_url_rule(f"{ONE}/move", view_func=show_move)
blueprint.add_url_rule(f"{ONE}/move", view_func=do_move, methods=["POST"])
blueprint.add_url_rule(f"{ONE}/counter", view_func=show_counter)
blueprint.add_url_rule(f"{ONE}/counter", view_func=do_counter, methods=["POST"])
blueprint.add_url_rule(f"{ONE}/propose_move", view_func=show_propose_move)
blueprint.add_url_rule(f"{ONE}/propose_move", view_func=do_propose_move, methods=["POST"])
blueprint.add_url_rule(f"{ONE}/fees/<int:fee_id>/waive", view_func=waive, methods=["POST"])
blueprint.add_url_rule("/proposals/<int:proposal_id>/<action>", view_func=answer,
                       methods=["POST"])
