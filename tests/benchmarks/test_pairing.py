"""Ratios are paired by round, and rivals take turns."""

import pytest

from benchmarks.speed.pairing import Spread, ratios, seconds_of, spread_of, take_turns


def test_quartiles_of_known_values():
    assert spread_of([5.0, 1.0, 4.0, 2.0, 3.0]) == Spread(3.0, 2.0, 4.0, 5)
    assert spread_of([7.0]) == Spread(7.0, 7.0, 7.0, 1)


def test_ratio_is_how_many_times_as_much_the_rival_took():
    assert ratios(rival=[10.0, 30.0], ours=[5.0, 10.0]) == [2.0, 3.0]


def test_pairing_takes_out_what_slows_both():
    """A machine that is ten times slower in some rounds: the medians' ratio is off, the paired
    one is not."""
    ours, rival = [1.0, 10.0, 10.0], [3.0, 30.0, 30.0]
    assert spread_of(ratios(rival, ours)) == Spread(3.0, 3.0, 3.0, 3)


def test_unequal_rounds_are_refused():
    with pytest.raises(ValueError):
        ratios([1.0, 2.0], [1.0])


def test_turns_alternate_and_each_result_goes_to_its_name():
    order = []

    def run_of(name):
        def run():
            order.append(name)
            return len(order)

        return run

    found = take_turns({"a": run_of("a"), "b": run_of("b")}, 3)
    assert order == ["a", "b", "b", "a", "a", "b"]
    assert found == {"a": [1, 4, 5], "b": [2, 3, 6]}


def test_seconds_are_a_mean_over_calls(monkeypatch):
    clock = iter([0.0, 1.0, 2.0, 3.0])
    monkeypatch.setattr("time.perf_counter", lambda: next(clock))
    calls = []
    assert seconds_of(lambda: calls.append(1), at_least=2.5) == 1.0
    assert len(calls) == 3
