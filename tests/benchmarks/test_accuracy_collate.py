"""The bootstrap against its definition, and the right rows beside each other."""

from itertools import product

import numpy
import pytest
import srsly
import typer
from typer.testing import CliRunner

from benchmarks.accuracy.bootstrap import paired_bootstrap, pooled_f
from benchmarks.accuracy.collate import BASELINES, COLUMNS, collate, main
from benchmarks.accuracy.rows import read_rows

OURS = numpy.array([[3, 1, 1], [0, 2, 2], [4, 0, 1]])
BASELINE = numpy.array([[2, 1, 2], [1, 0, 1], [3, 2, 2]])
WORSE = numpy.array([[1, 1, 3], [0, 1, 2], [3, 0, 2]])


def f_by_hand(counts):
    tp, fp, fn = (sum(row[k] for row in counts) for k in range(3))
    if not tp:
        return 0.0
    precision, recall = tp / (tp + fp), tp / (tp + fn)
    return 2 * precision * recall / (precision + recall)


def test_pooled_f_is_the_harmonic_mean():
    for counts in (OURS, BASELINE, numpy.array([[0, 3, 2]]), numpy.array([[0, 0, 0]])):
        assert pooled_f(counts.sum(axis=0)) == pytest.approx(f_by_hand(counts.tolist()))


def share_not_ahead(ours, baseline):
    """Of all draws of documents and of seeds of both, by the definition."""
    n_docs = len(ours[0])
    draws = list(
        product(
            product(range(n_docs), repeat=n_docs),
            product(ours, repeat=len(ours)),
            product(baseline, repeat=len(baseline)),
        )
    )
    not_ahead = 0
    for documents, *drawn in draws:
        of_ours, of_baseline = (
            f_by_hand([counts[i].tolist() for counts in seeds for i in documents])
            for seeds in drawn
        )
        not_ahead += of_ours <= of_baseline
    return not_ahead / len(draws)


@pytest.mark.parametrize(
    ("ours", "baseline"),
    [
        ([OURS], [BASELINE]),
        ([OURS, WORSE], [BASELINE]),
        ([OURS], [BASELINE, WORSE]),
        ([OURS, OURS, WORSE], [BASELINE, WORSE]),
    ],
)
def test_bootstrap_is_near_the_share_of_all_draws(ours, baseline):
    """Three documents can be drawn in 27 ways, two seeds in 4, three in 27, all as likely."""
    expected = share_not_ahead(ours, baseline)
    assert 0 < expected < 1
    found = paired_bootstrap(ours, baseline, resamples=10_000)
    assert found == pytest.approx(expected, abs=0.015)
    assert found == paired_bootstrap(ours, baseline, resamples=10_000)


def test_p_knows_that_seeds_differ():
    """The same sums over seeds, once from equal seeds and once from one that is far behind."""
    gold = 10 * numpy.ones(50, dtype=int)
    middle, good, bad, baseline = (
        numpy.stack([tp * gold, 0 * gold, (10 - tp) * gold], axis=1) for tp in (6, 9, 3, 5)
    )
    assert paired_bootstrap([middle, middle], [baseline], resamples=999) == 0.001
    # Both drawn seeds are bad in one of four draws; ours against theirs, the same in mirror image.
    assert paired_bootstrap([good, bad], [baseline], resamples=4000) == pytest.approx(
        0.25, abs=0.03
    )
    theirs = paired_bootstrap([middle], [good, bad], resamples=4000)
    assert theirs == pytest.approx(0.75, abs=0.03)


def test_seeds_of_the_two_are_drawn_independently():
    """Seed by seed we are ahead, but a good seed of theirs beats a bad one of ours."""
    gold = 10 * numpy.ones(50, dtype=int)
    bad, less_bad, good, best = (
        numpy.stack([tp * gold, 0 * gold, (10 - tp) * gold], axis=1) for tp in (2, 3, 8, 9)
    )
    found = paired_bootstrap([less_bad, best], [bad, good], resamples=4000)
    # Of 0, 1 or 2 good seeds of each, theirs must be more: 1/4 · 1/2 + 1/4 · 1/4 + 1/2 · 1/4
    assert found == pytest.approx(5 / 16, abs=0.03)


def test_documents_are_drawn_together():
    """A system that is ahead by a little on every document is ahead on every draw, however much the
    documents differ."""
    gold = numpy.arange(1, 40)
    found = [gold // 2, gold // 2 + 1]
    baseline, ours = ([numpy.stack([tp, 0 * tp, gold - tp], axis=1)] for tp in found)
    assert paired_bootstrap(ours, baseline, resamples=999) == 0.001
    assert paired_bootstrap(baseline, ours, resamples=99) == 1
    assert paired_bootstrap(3 * ours, ours, resamples=99) == 1


@pytest.mark.parametrize("ours", [[OURS], [OURS, WORSE]])
def test_unlike_test_parts_are_refused(ours):
    with pytest.raises(ValueError, match="the same test part"):
        paired_bootstrap(ours, [BASELINE[::-1]])
    with pytest.raises(ValueError, match="of 3 documents were paired with those of 2"):
        paired_bootstrap(ours, [BASELINE[:2]])
    with pytest.raises(ValueError, match="of 3 documents were paired with those of 2"):
        paired_bootstrap([*ours, OURS[:2]], [BASELINE])


def write_run(folder, corpus, name, seed, counts, vectors=None, f=50.0):
    scores = {"ents_f": f, "ents_p": 60.0, "ents_r": 40.0}
    run = {
        **{"corpus": corpus, "name": name, "seed": seed, "dev": scores},
        **{"train_seconds": 1200.4, "megabytes": 4.25, "words_per_second": 12345},
        "vectors": vectors and {"name": vectors, "rows": 1, "width": 1},
    }
    if counts is not None:
        tp, fp, fn = (" ".join(str(row[k]) for row in counts) for k in range(3))
        part = {"tp": 1, "fp": 1, "fn": 0}
        run["test"] = {**scores, "tp": tp, "fp": fp, "fn": fn, "seen": part, "unseen": part}
    srsly.write_json(folder / f"{corpus}-{name}-{seed}.json", run)


def change_run(path, **changed):
    srsly.write_json(path, {**srsly.read_json(path), **changed})


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
