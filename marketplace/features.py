"""Which features speak over HTTP, and which listen to each other; imported by `app` alone."""

from __future__ import annotations

from marketplace.accounts.api import blueprint as accounts
from marketplace.bookings.api import blueprint as bookings
from marketplace.bookings.feed_api import blueprint as booking_changes
from marketplace.bookings.steps_api import blueprint as booking_steps
from marketplace.capacity.api import blueprint as capacity
from marketplace.catalogue.api import blueprint as catalogue
from marketplace.catalogue.listing_api import blueprint as own_listings
from marketplace.core import audit as _audit  # noqa: F401
from marketplace.core import outbox as _outbox  # noqa: F401
from marketplace.files import services as _files  # noqa: F401
from marketplace.jobs.api import blueprint as jobs
from marketplace.planning.api import blueprint as planning
from marketplace.resources.api import blueprint as resources
from marketplace.telemetry import models as _telemetry  # noqa: F401

BLUEPRINTS = (accounts, catalogue, bookings, booking_steps, booking_changes, jobs, planning,
              resources, capacity, own_listings)
