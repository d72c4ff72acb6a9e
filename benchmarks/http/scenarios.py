"""What is done to a service, and what its database must say afterwards."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from benchmarks.http.load import CLIENTS, Generator, Request, Round, joined
from benchmarks.http.services import Row, Service
from marketplace.core.timewindow import TimeWindow
from marketplace.seeding.bench import DAYS, HOUR

REQUESTS = 100     # for one slot, from all clients together
FEWEST, PATIENCE = 10, 50
BOOKED_OVER = 50   # places that bookings are spread over


class Wrong(Exception):
    """A service broke what it promises: no number of its run means anything."""


@dataclass(frozen=True)
class Race:
    """What came of a race: the answers, and what the database holds of each slot."""

    round: Round
    slots: int
    doubled: int      # slots of which some moment is booked twice
    empty: int        # slots of which nothing was booked
    not_maximal: int  # refused wishes that would still have fitted
    unexpected: int   # answers that are neither 201 nor 409


def tomorrow() -> datetime:
    """The first moment that bookings of a benchmark lie on."""
    now = datetime.now(UTC)
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def windows(count: int, seed: int) -> Iterator[TimeWindow]:
    """Stretches of one to eight hours."""
    chance, first = random.Random(seed), tomorrow()
    for _ in range(count):
        start = first + timedelta(days=chance.randrange(DAYS), hours=chance.randrange(15))
        yield TimeWindow(start, start + chance.randint(1, 8) * HOUR)


def free_hours(service: Service) -> list[tuple[int, datetime]]:
    """Hours of the first places that nobody has booked, shuffled."""
    taken = {(place, start) for place, start, _ in service.taken()}
    first = tomorrow()
    cells = [(place, first + hour * HOUR) for place in service.places[:BOOKED_OVER]
             for hour in range(DAYS * 24)]
    free = [cell for cell in cells if cell not in taken]
    random.Random(5).shuffle(free)
    return free


async def booking(load: Generator, service: Service, free: list[tuple[int, datetime]],
                  count: int, clients: int = CLIENTS) -> Round:
    """Book so many distinct free hours; every one must succeed."""
    jobs = [_book(service, *free.pop()) for _ in range(count)]
    done = await load.drive(jobs, 201, clients)
    if done.statuses != {201: count}:
        body = next(each.body for each in done.answers if each.status != 201)
        raise Wrong(f"{service.name}, booking: {done.statuses} {body[:300]!r}")
    return done


def _book(service: Service, place: int, start: datetime, hours: int = 1
          ) -> Callable[[int], Request]:
    return lambda client: service.book(client, place, start, start + hours * HOUR)


async def searching(load: Generator, service: Service, count: int, *, full: bool = False,
                    clients: int = CLIENTS, seed: int = 7) -> Round:
    """Ask what is free; every answer must be 200."""
    jobs = [_search(service, window, full) for window in windows(count, seed)]
    done = await load.drive(jobs, 200, clients)
    if done.statuses != {200: count}:
        raise Wrong(f"{service.name}, searching: {done.statuses}")
    return done


def _search(service: Service, window: TimeWindow, full: bool) -> Callable[[int], Request]:
    return lambda _: service.search(window.start, window.end, full)


async def samples(load: Generator, service: Service, count: int) -> int:
    """How many of so many searches differ from what the bookings in the database say."""
    busy: dict[int, list[TimeWindow]] = defaultdict(list)
    for place, start, end in service.taken():
        busy[place].append(TimeWindow(start, end))
    asked = list(windows(count, seed=99))
    done = await load.drive([_search(service, each, False) for each in asked], 200, clients=4)
    wrong = 0
    for answer in done.answers:
        window = asked[answer.number]
        want = {place for place in service.places
                if not any(each.overlaps(window) for each in busy[place])}
        wrong += answer.status != 200 or service.found(answer.body) != want
    return wrong


async def race(load: Generator, service: Service, place: int, slots: int,
               unequal: bool = False) -> Race:
    """A hundred requests of all clients at once for each slot.

    A slot is one hour that all want, or, unequal, a day in which each wants one to four hours. A
    slow machine races for fewer slots, as many as it can in PATIENCE seconds.
    """
    chance, first = random.Random(3), tomorrow()
    rounds: list[Round] = []
    asked = []
    for slot in range(slots):
        if slot >= FEWEST and sum(each.seconds for each in rounds) > PATIENCE:
            break
        wanted = [_wish(first, slot, chance if unequal else None) for _ in range(REQUESTS)]
        rounds.append(await load.drive(
            [partial(_ask, service, place, each) for each in wanted], 201))
        asked.append((rounds[-1], wanted))
    rows = [row for row in service.taken() if row[0] == place]
    whole = joined(rounds)
    return Race(whole, len(rounds), *judge(rows, asked),
                sum(count for status, count in whole.statuses.items()
                    if status not in (201, 409)))


def _ask(service: Service, place: int, window: TimeWindow, client: int) -> Request:
    return service.book(client, place, window.start, window.end)


def _wish(first: datetime, slot: int, chance: random.Random | None) -> TimeWindow:
    if chance is None:
        return TimeWindow(first + slot * HOUR, first + (slot + 1) * HOUR)
    start = first + timedelta(days=slot, hours=chance.randrange(21))
    return TimeWindow(start, start + chance.randint(1, 4) * HOUR)


def judge(rows: Sequence[Row], asked: Sequence[tuple[Round, Sequence[TimeWindow]]]
           ) -> tuple[int, int, int]:
    """Slots booked twice, slots without a booking, refused wishes that nothing stands against."""
    booked = sorted(TimeWindow(start, end) for _, start, end in rows)
    doubled = empty = fitting = 0
    for done, wanted in asked:
        mine = [each for each in booked if any(each.overlaps(wish) for wish in wanted)]
        won = [wanted[each.number] for each in done.answers if each.status == 201]
        doubled += any(one.overlaps(other) for n, one in enumerate(mine) for other in mine[:n])
        doubled += sorted(won) != mine   # an answer without its row, or a row without its answer
        empty += not mine
        fitting += sum(not any(wanted[each.number].overlaps(other) for other in mine)
                       for each in done.answers if each.status != 201)
    return doubled, empty, fitting
