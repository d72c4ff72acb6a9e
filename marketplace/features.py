"""Which features speak over HTTP, and which listen to each other; imported by `app` alone."""

from __future__ import annotations

from marketplace.accounts.api import blueprint as accounts
from marketplace.bookings import resale as _resale  # noqa: F401
from marketplace.bookings.access_api import blueprint as access
from marketplace.bookings.api import blueprint as bookings
from marketplace.bookings.batch_api import blueprint as booking_batch
from marketplace.bookings.feed_api import blueprint as booking_changes
from marketplace.bookings.proposals_api import blueprint as proposals
from marketplace.bookings.series_api import blueprint as series
from marketplace.bookings.steps_api import blueprint as booking_steps
from marketplace.bookings.waitlist_api import blueprint as waitlist
from marketplace.calendars.api import blueprint as calendars
from marketplace.capacity.api import blueprint as capacity
from marketplace.catalogue.api import blueprint as catalogue
from marketplace.catalogue.listing_api import blueprint as own_listings
from marketplace.catalogue.together_api import blueprint as together
from marketplace.core import audit as _audit  # noqa: F401
from marketplace.core import outbox as _outbox  # noqa: F401
from marketplace.files import services as _files  # noqa: F401
from marketplace.files.api import blueprint as files
from marketplace.jobs.api import blueprint as jobs
from marketplace.kpis.api import blueprint as record
from marketplace.notifications import offers as _offers  # noqa: F401
from marketplace.notifications.api import blueprint as notices
from marketplace.planning import job_files as _job_files  # noqa: F401
from marketplace.planning.api import blueprint as planning
from marketplace.resources.api import blueprint as resources
from marketplace.resources.certificate_api import blueprint as certificates
from marketplace.telemetry import models as _telemetry  # noqa: F401

BLUEPRINTS = (accounts, catalogue, together, bookings, booking_steps, proposals, booking_batch,
              waitlist, series, booking_changes, jobs, planning, resources, capacity,
              own_listings, access, certificates, notices, files, calendars,
              record)
