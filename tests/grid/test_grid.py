"""The notation of the axes, and the points that they make."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.tiny import quick

from laser_sweep.errors import ConfigError
from laser_sweep.grid import axes as grid
from laser_sweep.grid.amount import AMOUNTS, EDGE, ENERGY, RANK, RATE, Amount, amounts
from laser_sweep.grid.axes import Axes
from laser_sweep.grid.point import BASE, Edit, Point


def rates(*values):
    return [Amount(RATE, value) for value in values]


def points(lnames, lnums, kept, experts=("all",), layers_of=None):
    axes = Axes(lnames, lnums, kept, list(experts))
    return grid.points(grid.edits("zero", axes, layers_of))


decimal_rates = st.integers(0, 10_000).map(lambda thousandths: Fraction(thousandths, 1000))


@pytest.mark.parametrize(
    ("written", "layers"),
    [
        ("0..3", [0, 1, 2, 3]),
        ("0..27..9", [0, 9, 18, 27]),
        ("0..6..4", [0, 4]),
        ("0..2,7", [0, 1, 2, 7]),
        (" 3 , 1 ", [3, 1]),
        ("5..5", [5]),
        ("-1", [-1]),
        (-1, [-1]),
        ("-1..1", [-1, 0, 1]),
        (4, [4]),
        ([0, "2..4"], [0, 2, 3, 4]),
        ("1,1,0..2", [1, 0, 2]),
    ],
)
def test_layers_are_numbers_and_ranges_without_repeats(written, layers):
    assert grid.lnums(written) == layers


def test_all_means_each_layer_by_itself():
    assert grid.lnums("all") is None


@pytest.mark.parametrize("written", ["1.5", "two", "", "0..x", "0..4..0", "0..", "1,,2", True])
def test_a_value_that_is_not_a_layer_is_refused_and_named(written):
    with pytest.raises(ConfigError, match="lnum=") as error:
        grid.lnums(written)
    assert "0..27" in str(error.value)


def test_a_range_that_runs_backwards_is_refused():
    with pytest.raises(ConfigError, match=r"lnum=5\.\.2 is empty"):
        grid.lnums("5..2")


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("fc_in,fc_out", ["fc_in", "fc_out"]),
        (["mlp", "q_proj", "mlp"], ["mlp", "q_proj"]),
        ("dont", ["dont"]),
    ],
)
def test_matrix_types_are_names_and_groups_without_repeats(written, names):
    assert grid.lnames(written) == names


def test_a_mistyped_matrix_type_is_answered_with_the_near_and_the_available_ones():
    with pytest.raises(ConfigError, match="'fc_inn'") as error:
        grid.lnames("fc_inn")
    assert "Did you mean 'fc_in'" in str(error.value)
    assert all(name in str(error.value) for name in grid.LNAMES)


@pytest.mark.parametrize(
    ("written", "expected"),
    [("1,5,9.9", [1.0, 5.0, 9.9]), (9.9, [9.9]), ("0..10..5", [0.0, 5.0, 10.0]), ([1, 1.0], [1.0])],
)
def test_rates_are_numbers_and_ranges_without_repeats(written, expected):
    assert amounts({"rate": written}, []) == rates(*expected)


def test_without_an_amount_the_default_counts():
    given = dict.fromkeys(AMOUNTS)
    assert amounts(given, [1.0, 9.9]) == rates(1.0, 9.9)


@quick
@given(decimal_rates)
def test_rho_and_rate_are_two_ways_to_write_the_same(rate):
    rho = 1 - rate / 10
    assert amounts({"rho": str(float(rho))}, []) == rates(float(rate))


@quick
@given(decimal_rates)
def test_the_rho_of_an_amount_is_the_decimal_number(rate):
    assert Amount(RATE, float(rate)).rho == float(1 - rate / 10)


def test_rate_and_rho_together_are_refused():
    with pytest.raises(ConfigError, match=r"rate=9\.9 and rho=0\.5 are both given"):
        amounts({"rate": 9.9, "rho": 0.5}, [])


@pytest.mark.parametrize("rate", ["-0.1", "10.1", "nan", "inf"])
def test_a_rate_out_of_range_is_refused(rate):
    with pytest.raises(ConfigError, match=rf"rate={rate} is out of range: expected 0\.\.10"):
        amounts({"rate": rate}, [])


@pytest.mark.parametrize("rho", ["-0.1", "1.5", "nan"])
def test_a_rho_out_of_range_is_refused(rho):
    with pytest.raises(ConfigError, match=rf"rho={rho} is out of range: expected 0\.\.1,"):
        amounts({"rho": rho}, [])


def test_a_rate_that_is_no_number_is_refused():
    with pytest.raises(ConfigError, match=r"rate='most'.*1,5,9\.9"):
        amounts({"rate": "1,most"}, [])


def test_points_are_the_base_then_layer_by_layer_then_type_then_rate():
    made = points(["fc_out", "fc_in"], [3, 1], rates(9.9, 1.0))
    cells = [(edit.lnum, edit.lname, edit.amount.rate) for point in made for edit in point.edits]
    assert made[0] == BASE
    assert cells == [
        (1, "fc_out", 1.0),
        (1, "fc_out", 9.9),
        (1, "fc_in", 1.0),
        (1, "fc_in", 9.9),
        (3, "fc_out", 1.0),
        (3, "fc_out", 9.9),
        (3, "fc_in", 1.0),
        (3, "fc_in", 9.9),
    ]


def test_without_anything_to_edit_the_base_is_left():
    assert points(["dont"], [0, 1], rates(9.9)) == [BASE]


def test_a_point_says_where_and_how_much():
    half = Amount(RATE, 5.0)
    assert str(BASE) == "base"
    assert str(Point((Edit("zero", "mlp", 26, Amount(RATE, 9.9)),))) == "mlp-l26-rho0.01"
    assert str(Point((Edit("zero", "fc_in", -1, Amount(RATE, 0.0)),))) == "fc_in-lall-rho1"
    assert str(Point((Edit("zero", "fc_in", 3, half, "7"),))) == "fc_in-l3-e7-rho0.5"
    stack = Point((Edit("zero", "fc_in", 3, half), Edit("zero", "q_proj", 1, half)))
    assert str(stack) == "fc_in-l3-rho0.5+q_proj-l1-rho0.5"


@pytest.mark.parametrize(
    ("given", "expected", "names"),
    [
        ({"rank": "1..3,8"}, [Amount(RANK, k) for k in (1, 2, 3, 8)], "rank1 rank2 rank3 rank8"),
        ({"rank": "mp,4"}, [Amount(EDGE), Amount(RANK, 4)], "mp rank4"),
        (
            {"energy": "0.9,0.99"},
            [Amount(ENERGY, 0.9), Amount(ENERGY, 0.99)],
            "energy0.9 energy0.99",
        ),
    ],
)
def test_how_much_is_kept_can_be_a_rank_an_energy_or_the_edge(given, expected, names):
    assert amounts(given, []) == expected
    assert " ".join(map(str, expected)) == names


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"rank": -1}, "rank=-1 is out of range"),
        ({"rank": "some"}, "rank='some'.*'mp'"),
        ({"energy": 1.5}, "energy=1.5 is out of range"),
        ({"rank": 1, "energy": 0.5, "rho": 1}, "rho=1 and rank=1 and energy=0.5 are all given"),
    ],
)
def test_an_amount_that_cannot_be_is_refused(given, message):
    with pytest.raises(ConfigError, match=message):
        amounts(given, [])


def test_experts_are_numbers_shared_or_all():
    assert grid.experts("all") == ["all"]
    assert grid.experts("0..2,shared,1") == ["0", "1", "2", "shared"]
    with pytest.raises(ConfigError, match=r"expert='router'.*'shared'"):
        grid.experts("router")


def test_without_layers_each_type_is_swept_over_those_that_have_it():
    layers = {"q_proj": [2], "fc_in": [0, 1, 2]}
    made = points(["q_proj", "fc_in"], None, rates(5.0), layers_of=layers.get)
    assert [str(point) for point in made[1:]] == [
        "fc_in-l0-rho0.5",
        "fc_in-l1-rho0.5",
        "q_proj-l2-rho0.5",
        "fc_in-l2-rho0.5",
    ]


@pytest.mark.parametrize(("one", "other"), [(9.9, 9.99), (1.234567, 1.2345671), (0.0, 0.0000001)])
def test_points_of_different_rates_have_different_names(one, other):
    names = {str(point) for point in points(["fc_in"], [0], rates(one, other))}
    assert len(names) == 3


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("rate=1,5,9.9", "rate=[1,5,9.9]"),
        ("lname=fc_in,fc_out", "lname=[fc_in,fc_out]"),
        ("lnum=[0,1]", "lnum=[0,1]"),
        ("lnum=0..27", "lnum=0..27"),
        ("model=gptj,gpt2", "model=gptj,gpt2"),
        ("-m", "-m"),
    ],
)
def test_a_list_on_an_axis_is_one_sweep_and_on_a_group_several(given, made):
    assert grid.bracket(given) == made
