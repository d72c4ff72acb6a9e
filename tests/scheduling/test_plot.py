"""The picture of value and bound over time."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from scheduling.plot import HEIGHT, LEFT, RIGHT, WIDTH, Curve, shown, svg, ticks

SPACE = "{http://www.w3.org/2000/svg}"
CURVE = Curve(
    "a <market> & more",
    "welfare, fen",
    60.0,
    ((0.5, 8_000_000), (20.0, 10_400_000), (40.0, 10_578_124)),
    ((2.0, 12_000_000), (30.0, 11_146_167)),
)


def paths(picture: str, kind: str) -> list[list[tuple[float, float]]]:
    """The corners of every path of a class."""
    found = ElementTree.fromstring(picture).iter(f"{SPACE}path")
    wanted = [item.attrib["d"] for item in found if item.attrib["class"] == kind]
    corners = [[corner.split() for corner in d[1:].rstrip("Z").split("L")] for d in wanted]
    return [[(float(x), float(y)) for x, y in line] for line in corners]


def words(picture: str) -> list[str]:
    """All text in the picture."""
    return ["".join(x.itertext()) for x in ElementTree.fromstring(picture).iter(f"{SPACE}text")]


def test_the_picture_is_xml_with_the_last_value_bound_and_gap() -> None:
    """Titles are escaped; the axes have a unit."""
    found = words(svg([CURVE]))
    assert found[0] == "a <market> & more"
    assert found[1] == (
        "welfare, fen; value (line) 10,578,124, bound (dashed) 11,146,167, gap 5.10 %"
    )
    assert "seconds" in found
    assert "10,000,000" in found


def test_the_same_curves_give_the_same_picture() -> None:
    """Nothing of the clock or of chance is in it."""
    assert svg([CURVE, CURVE]) == svg([CURVE, CURVE]) != svg([CURVE])


def test_each_number_holds_until_the_next_and_to_the_end() -> None:
    """The value's line has a corner at each improvement, and better is higher."""
    [line] = paths(svg([CURVE]), "value")
    x = [LEFT + s / 60 * (WIDTH - LEFT - RIGHT) for s in (0.5, 20, 20, 40, 40, 60)]
    assert [point[0] for point in line] == pytest.approx(x, abs=0.06)
    y = [point[1] for point in line]
    assert y[0] == y[1] > y[2] == y[3] > y[4] == y[5]
    [bound] = paths(svg([CURVE]), "bound")
    assert bound[-1][1] < y[-1]


def test_the_gap_is_shaded_from_when_both_are_known() -> None:
    """The area begins with the bound, here, and ends at both lines' ends."""
    [area] = paths(svg([CURVE]), "gap")
    [value], [bound] = paths(svg([CURVE]), "value"), paths(svg([CURVE]), "bound")
    assert area[0] == (bound[0][0], value[0][1])
    assert area[-1] == bound[0]
    assert value[-1] in area
    assert bound[-1] in area


def test_runs_stand_one_below_the_other() -> None:
    """Each has its own title and axes."""
    root = ElementTree.fromstring(svg([CURVE, CURVE]))
    assert root.attrib["height"] == str(2 * HEIGHT)
    first, second = paths(svg([CURVE, CURVE]), "value")
    assert [(x, pytest.approx(y + HEIGHT, abs=0.11)) for x, y in first] == second


def test_a_run_without_a_plan_says_so() -> None:
    """No axes without numbers; a bound alone has no gap."""
    assert words(svg([Curve("none", "makespan", 1.0)]))[1] == "no plan and no bound were found"
    alone = Curve("bound", "makespan", 1.0, (), ((0.0, 7),))
    assert paths(svg([alone]), "gap") == []
    assert words(svg([alone]))[1] == "makespan; bound (dashed) 7"


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 60, [0, 10, 20, 30, 40, 50, 60]),
        (7_700_000, 14_300_000, [8_000_000, 10_000_000, 12_000_000, 14_000_000]),
        (31.4, 33.3, [31.5, 32.0, 32.5, 33.0]),
        (-3, 3, [-2, 0, 2]),
        (0, 0.001, [0, 0.0002, 0.0004, 0.0006, 0.0008, 0.001]),
    ],
)
def test_ticks_are_round_numbers(low: float, high: float, expected: list[float]) -> None:
    """Multiples of 1, 2 or 5 times a power of ten, inside the range."""
    assert ticks(low, high, 8 if high == 60 else 5) == expected


@pytest.mark.parametrize(
    ("number", "text"), [(1234567, "1,234,567"), (33.25, "33.25"), (-0.5, "-0.5"), (4.0, "4")]
)
def test_numbers_are_for_people(number: float, text: str) -> None:
    """Thousands apart, no zeros at the end."""
    assert shown(number) == text
