"""The right rows beside each other, and what was measured in tables and figure."""

import numpy
import pytest
import srsly
import typer
from typer.testing import CliRunner

from benchmarks.accuracy.bootstrap import paired_bootstrap
from benchmarks.accuracy.collate import BASELINES, COLUMNS, collate, main
from benchmarks.accuracy.rows import read_rows

from .accuracy_runs import BASELINE, OURS, WORSE, change_run, write_run


def run_collate(results, *more):
    app = typer.Typer()
    app.command()(main)
    return CliRunner().invoke(app, [str(results), *more])


@pytest.fixture
def results(tmp_path):
    for seed, f in enumerate((60.0, 62.0, 64.0)):
        write_run(tmp_path, "a", "ours-2", seed, OURS.tolist(), f=f)
        write_run(tmp_path, "a", "ours_vectors", seed, OURS.tolist(), "glove", f=f + 10)
    write_run(tmp_path, "a", "stock", 0, BASELINE.tolist(), f=55.0)
    write_run(tmp_path, "a", "stock_glove", 0, BASELINE.tolist(), "glove", f=57.5)
    write_run(tmp_path, "a", "other_vectors", 0, OURS.tolist(), "md")
    write_run(tmp_path, "b", "ours-2", 0, OURS.tolist())
    return tmp_path


def cells_of(page, corpus):
    lines = page.split(f"## {corpus}\n")[1].split("##")[0].splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")][1:]
    return {row[0]: dict(zip(COLUMNS, row)) for row in rows}


def test_each_is_held_against_the_baseline_with_its_vectors(results):
    rows = cells_of(collate(read_rows(results, BASELINES)), "a")
    assert rows["ours-2"]["ahead"] == "+7.0 (stock)"
    assert rows["ours_vectors"]["ahead"] == "+14.5 (stock_glove)"
    assert rows["stock"]["ahead"] == rows["other_vectors"]["ahead"] == "–"
    expected = paired_bootstrap(3 * [OURS], [BASELINE])
    assert rows["ours-2"]["p"] == f"{expected:.3f}"


def test_every_seed_counts(tmp_path):
    for name, seeds in (("ours", [OURS, OURS, WORSE]), ("stock", [BASELINE, WORSE])):
        for seed, counts in enumerate(seeds):
            write_run(tmp_path, "a", name, seed, counts.tolist())
    row = next(row for row in read_rows(tmp_path, ["stock"])["a"] if row.name == "ours")
    expected = [OURS, OURS, WORSE]
    assert all(map(numpy.array_equal, row.document_counts(), expected))
    assert row.p_value() == paired_bootstrap(expected, [BASELINE, WORSE])
    assert row.p_value() != paired_bootstrap([OURS], [BASELINE])


def test_means_and_spread(results):
    row = cells_of(collate(read_rows(results, BASELINES)), "a")["ours-2"]
    assert row["seeds"] == "0, 1, 2" and row["test F1"] == "62.0 ± 2.0"
    assert row["seen F1"] == "66.7" and row["training"] == "1,200 s" and row["MB"] == "4.2"


def test_without_seen_entities_there_is_no_f1_of_them(results):
    path = results / "b-ours-2-0.json"
    run = srsly.read_json(path)
    run["test"]["seen"] = {"tp": 0, "fp": 0, "fn": 0}
    srsly.write_json(path, run)
    row = cells_of(collate(read_rows(results, BASELINES)), "b")["ours-2"]
    assert (row["seen F1"], row["unseen F1"]) == ("–", "66.7")


def test_two_baselines_with_the_same_vectors_are_refused(results):
    with pytest.raises(ValueError, match="On a, .* ours_vectors and stock_glove both have glove"):
        read_rows(results, ["stock_glove", "ours_vectors"])
    with pytest.raises(ValueError, match="both have no vectors"):
        read_rows(results, ["stock", "ours-2"])


@pytest.mark.parametrize(
    ("key", "one", "other"),
    [
        ("settings_hash", "0123", "4567"),
        ("config", "configs/a.cfg", "configs/b.cfg"),
        ("overrides", {"training.max_steps": 1}, {"training.max_steps": 2}),
        ("vectors", {"name": "glove", "rows": 1, "width": 1}, None),
        ("data_hash", {"train": "01", "dev": "23"}, {"train": "01", "dev": "45", "test": "67"}),
    ],
)
def test_runs_that_differ_by_more_than_the_seed_are_refused(results, key, one, other):
    """Also where a run between them does not say."""
    unknown = {"settings_hash", "data_hash"}
    for seed, value in ((0, one), (1, None if key in unknown else one), (2, other)):
        change_run(results / f"a-ours-2-{seed}.json", **{key: value})
    expected = rf"On a, ours-2 with seed 0 and ours-2 with seed 2 do not .* {key} is .* and"
    with pytest.raises(ValueError, match=expected):
        read_rows(results, BASELINES)
    change_run(results / "a-ours-2-2.json", **{key: one})
    read_rows(results, BASELINES)


def test_runs_on_other_data_are_not_put_beside_each_other(results):
    change_run(results / "a-ours-2-0.json", data_hash={"train": "01", "dev": "23", "test": "45"})
    change_run(results / "a-stock-0.json", data_hash={"train": "67", "dev": "23"})
    with pytest.raises(ValueError, match="ours-2 with seed 0 and stock with seed 0 .* data_hash"):
        read_rows(results, BASELINES)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"corpus": "a", "na', "is no JSON"),
        ("", "is no JSON"),
        ("[]", "lacks corpus, name, seed, vectors, dev.ents_f"),
        ('{"corpus": "a", "name": "b", "seed": 0, "vectors": null, "dev": {}}', "lacks dev.ents_f"),
        (None, "lacks train_seconds, megabytes, test.seen, test.tp"),
    ],
)
def test_a_bad_file_is_named(results, text, message):
    path = results / "a-stock-0.json"
    if text is None:
        run = srsly.read_json(path)
        del run["train_seconds"], run["megabytes"], run["test"]["seen"], run["test"]["tp"]
        text = srsly.json_dumps(run)
    path.write_text(text)
    refused = run_collate(results)
    assert refused.exit_code == 2
    said = "".join(refused.output.replace("│", " ").split())
    assert "".join(f"{path} {message}".split()) in said and "Removethefileandrunagain." in said
    assert not (results / "accuracy.md").exists()


@pytest.mark.parametrize("name", ["stok", "stock"])
def test_a_baseline_that_has_no_run_is_refused(results, name):
    """If it was asked for: those that are taken by default may be absent."""
    if name == "stock":
        for path in results.glob("*-stock-*.json"):
            path.unlink()
        assert run_collate(results).exit_code == 0
        (results / "accuracy.md").unlink()
    refused = run_collate(results, "--baseline", "ours-2", "--baseline", name)
    said = " ".join(refused.output.replace("│", " ").split())
    assert refused.exit_code == 2 and f"--baseline {name} has no run in" in said
    assert "ours-2" in said and not (results / "accuracy.md").exists()


def test_a_baseline_that_is_named_takes_the_place_of_the_default(results):
    assert run_collate(results, "--baseline", "ours-2").exit_code == 0
    page = (results / "accuracy.md").read_text("utf8")
    rows = cells_of(page, "a")
    assert rows["stock"]["ahead"] == "-7.0 (ours-2)" and rows["ours_vectors"]["ahead"] == "–"
    assert not [column for column in COLUMNS if "words" in column]


def test_token_accuracy_where_it_was_measured(results):
    """Runs of an earlier form of the runner lack it."""
    assert cells_of(collate(read_rows(results, BASELINES)), "a")["stock"]["tokens"] == "–"
    path = results / "a-stock-0.json"
    run = srsly.read_json(path)
    run["test"]["token_accuracy"] = 97.25
    srsly.write_json(path, run)
    assert cells_of(collate(read_rows(results, BASELINES)), "a")["stock"]["tokens"] == "97.2"


def test_a_baseline_of_another_corpus_does_not_count(results):
    assert cells_of(collate(read_rows(results, BASELINES)), "b")["ours-2"]["p"] == "–"


def test_trials_have_a_row_without_test(tmp_path):
    for seed in (0, 1):
        write_run(tmp_path, "a", "ours", seed, None if seed else OURS.tolist())
    row = cells_of(collate(read_rows(tmp_path, BASELINES)), "a")["ours"]
    assert row["dev F1"] == "50.0 ± 0.0" and row["test F1"] == row["unseen F1"] == "–"


def test_figure_is_the_same_for_the_same_runs(results):
    pytest.importorskip("matplotlib")
    from benchmarks.accuracy.charts import draw_scores  # noqa: PLC0415

    rows = read_rows(results, BASELINES)
    figure = draw_scores(rows)
    assert figure == draw_scores(read_rows(results, BASELINES))
    assert all(f">{name}<".encode() in figure for name in ("a", "b", "ours-2", "stock_glove"))


def drawn_values(monkeypatch, rows):
    """F1 by the name of the corpus, the label in the legend and the name of the row."""
    from matplotlib.figure import Figure  # noqa: PLC0415

    from benchmarks.accuracy import charts  # noqa: PLC0415

    figure = Figure()
    monkeypatch.setattr(charts, "draw_svg", lambda width, height, title, draw: draw(figure))
    charts.draw_scores(rows)
    found = {}
    for axes in figure.axes:
        names = [label.get_text() for label in axes.get_yticklabels()]
        handles, labels = axes.get_legend_handles_labels()
        for handle, label in zip(handles, labels):
            line = handle[0] if isinstance(handle, tuple) else handle
            for place, value in zip(line.get_ydata(), line.get_xdata()):
                found[axes.get_title(loc="left"), label, names[round(place)]] = value
    return figure, found


def test_figure_shows_what_was_measured(tmp_path, monkeypatch):
    pytest.importorskip("matplotlib")
    for corpus, name, seed, f in (
        *(("a", "ours", 0, 60.0), ("a", "ours", 1, 64.0)),
        *(("a", "stock", 0, 55.0), ("b", "ours", 0, 70.0)),
    ):
        write_run(tmp_path, corpus, name, seed, OURS.tolist(), f=f)
        path = tmp_path / f"{corpus}-{name}-{seed}.json"
        test = srsly.read_json(path)["test"]
        seen, unseen = {"tp": 9, "fp": 1, "fn": 1}, {"tp": 2, "fp": 4, "fn": 2}
        change_run(path, dev={"ents_f": 99.0}, test={**test, "seen": seen, "unseen": unseen})
    figure, found = drawn_values(monkeypatch, read_rows(tmp_path, BASELINES))
    scores = {("a", "ours"): 62.0, ("a", "stock"): 55.0, ("b", "ours"): 70.0}
    expected = {}
    for (corpus, name), f in scores.items():
        expected[corpus, "all, ± standard deviation", name] = f
        expected[corpus, "seen entities", name] = 90.0
        expected[corpus, "unseen entities", name] = 40.0
    assert found == pytest.approx(expected)
    for axes in figure.axes:  # a reader need not look for the last panel
        assert [label.get_text() for label in axes.get_xticklabels() if label.get_visible()]
