"""Rows say what was measured, survive JSON, and come out in the table."""

import srsly

from benchmarks.speed.cases.growth import exponent_of
from benchmarks.speed.cases.training import best_of, time_to
from benchmarks.speed.pairing import Spread
from benchmarks.speed.report import number, write_report
from benchmarks.speed.results import (
    Curve,
    Point,
    Result,
    Rival,
    Row,
    result_of,
    speed_row,
    write_result,
)

SLOW = Rival("stock", [0.004, 0.008, 0.005])
FAST = [0.001, 0.002, 0.001]


def test_speed_and_ratio_of_seconds_a_word():
    row = speed_row("ours", FAST, SLOW, target=3.0)
    assert row.value.median == 1000 and row.unit == "words/s"
    assert row.ratio == Spread(4.0, 4.0, 4.5, 3)
    assert row.holds


def test_a_missed_target_is_missed():
    assert speed_row("ours", FAST, SLOW, target=4.5).holds is False
    assert speed_row("ours", FAST, SLOW, floor=1001).holds is False
    assert speed_row("ours", FAST, SLOW, target=4.0, floor=1000).holds is True
    assert speed_row("ours", FAST, SLOW).holds is None
    assert Row("alone", Spread(1, 1, 1, 1), "s", target=2.0).holds is False


def make_result():
    curve = Curve("ours", "labels", [Point(4, 1.0, 10.0), Point(16, 4.0, 20.0)], 1.0)
    rows = [speed_row("ours", FAST, SLOW, target=5.0), speed_row(*SLOW)]
    return Result("Words a second", ["A note."], rows, [curve], 12.3, {"CPU": "one"})


def test_json_and_back(tmp_path):
    write_result(tmp_path / "a.json", make_result())
    assert result_of(srsly.read_json(tmp_path / "a.json")) == make_result()


def test_table():
    other = make_result()
    other.environment = {"CPU": "two"}
    lines = write_report({"first": make_result(), "second": other}, "make bench").splitlines()
    assert "| CPU | one |" in lines
    ours = (
        "| ours | 1,000 words/s | 750 – 1,000 (n = 3) | stock | 4.00× | 4.00 – 4.50 (n = 3) "
        "| ≥ 5.00× | **missed** |"
    )
    assert lines.count(ours) == 2
    assert lines.count("| stock | 200 words/s | 162 – 225 (n = 3) |  |  |  |  |  |") == 2
    assert "| labels: ours | 4 | 16 |" in lines and "| MB on top | 10.0 | 20.0 |" in lines
    assert "Case `first`, 12 s." in lines and "Case `second`, 12 s, CPU two." in lines
    columns = {line.count("|") for line in lines if line.startswith("| ours")}
    assert columns == {9}


def test_numbers_keep_three_figures():
    assert [number(x) for x in (57240.4, 123.4, 12.34, 1.234, 0.1234)] == [
        "57,240",
        "123",
        "12.3",
        "1.23",
        "0.123",
    ]


def test_exponents():
    linear = [Point(n, 0.001 * n, 0) for n in (10, 100, 1000)]
    square = [Point(n, 0.001 * n * n, 0) for n in (10, 100, 1000)]
    assert abs(exponent_of(linear) - 1) < 1e-9 and abs(exponent_of(square) - 2) < 1e-9


def test_time_to_a_score_is_the_first_time():
    scores = [(1.0, 0.2), (2.0, 0.5), (3.0, 0.7), (4.0, 0.7), (5.0, 0.6)]
    log = [{"seconds": seconds, "score": score} for seconds, score in scores]
    assert best_of(log) == (0.7, 3.0)
    assert time_to(log, 0.5) == 2.0 and time_to(log, 0.71) is None
