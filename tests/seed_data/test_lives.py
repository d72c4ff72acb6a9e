"""What becomes of the demo's past bookings is what the module says."""

from __future__ import annotations

from collections import Counter

from marketplace.seeding import lives


def test_of_a_hundred_bookings_so_many_end_otherwise():
    """5 given up, 3 dropped, 4 late, 3 disputed, 2 nobody comes to; 83 are worked as booked."""
    found = Counter(lives.fate_of(number) for number in range(100))

    assert found == {None: 83, lives.GIVEN_UP: 5, lives.DROPPED: 3, lives.LATE: 4,
                     lives.DISPUTED: 3, lives.ABSENT: 2}
    assert Counter(lives.fate_of(number) for number in range(700, 800)) == found
