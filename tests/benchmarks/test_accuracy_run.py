"""Runs are measured as spaCy's scorer measures, are not repeated, and trials are blind."""

import hashlib
from itertools import permutations
from pathlib import Path

import numpy
import pytest
import spacy
import srsly
from spacy.scorer import get_ner_prf
from spacy.tokens import Doc, DocBin
from spacy.training import Example
from spacy.vectors import Vectors

from benchmarks.accuracy import pipelines
from benchmarks.accuracy.most_frequent_tag import repaired
from benchmarks.accuracy.pipelines import hash_settings
from benchmarks.accuracy.run import run_one

from .accuracy_runs import CONFIG, PARTS, run, write_corpus, write_part


@pytest.fixture
def corpus(tmp_path):
    return write_corpus(tmp_path / "small")


def test_most_frequent_tag_by_hand(corpus):
    """Ada is B-PER as often as O, and B-PER came first; Byron, I-PER alone, starts an entity."""
    found = run_one(CONFIG, corpus, 0, {}, test=True)["test"]
    # Rome, Ada Byron right; Turin missed; Byron is PER instead of LOC
    assert (found["tp"], found["fp"], found["fn"]) == ("2 0 0", "0 0 1", "0 0 2")
    # Rome and Ada Byron occur in training; Byron and Turin are no entities there
    assert found["seen"] == {"tp": 2, "fp": 0, "fn": 0}
    assert found["unseen"] == {"tp": 0, "fp": 1, "fn": 2}
    assert found["ents_p"] == 66.67 and found["ents_r"] == 50.0
    # of 11 tokens, Turin has O for B-LOC and Byron B-PER for B-LOC
    assert found["token_accuracy"] == round(100 * 9 / 11, 2)


def test_pooled_counts_are_those_of_spacys_scorer(tmp_path, corpus):
    found = run_one(CONFIG, corpus, 0, {}, test=True, output=tmp_path / "kept")["test"]
    nlp = spacy.load(tmp_path / "kept" / "model-best")
    golds = list(DocBin().from_disk(corpus / "test.spacy").get_docs(nlp.vocab))
    docs = [nlp(Doc(nlp.vocab, [token.text for token in gold])) for gold in golds]
    scores = get_ner_prf([Example(doc, gold) for doc, gold in zip(docs, golds)])
    tp, fp, fn = (sum(map(int, found[key].split())) for key in ("tp", "fp", "fn"))
    assert 2 * tp / (2 * tp + fp + fn) == pytest.approx(scores["ents_f"])
    assert tp / (tp + fp) == pytest.approx(scores["ents_p"])
    for key in ("tp", "fp", "fn"):
        assert found["seen"][key] + found["unseen"][key] == {"tp": tp, "fp": fp, "fn": fn}[key]


def test_seen_is_seen_under_any_label(tmp_path, corpus):
    """Training has Rome as LOC alone; a Rome that is PER in gold was seen all the same."""
    write_part(corpus, "test", ["Rome/B-PER sings", "Turin/B-PER sings"])
    found = run_one(CONFIG, corpus, 0, {}, test=True)["test"]
    assert found["seen"] == {"tp": 0, "fp": 1, "fn": 1}
    assert found["unseen"] == {"tp": 0, "fp": 0, "fn": 1}


def test_each_run_is_trained_with_its_seed(tmp_path, corpus):
    assert run(corpus, tmp_path, "--seeds", "3,5").exit_code == 0
    for seed in (3, 5):
        nlp = spacy.load(tmp_path / "models" / f"small-tags-{seed}" / "model-best")
        assert nlp.config["system"]["seed"] == seed
        assert nlp.config.interpolate()["training"]["seed"] == seed
        assert srsly.read_json(tmp_path / "results" / f"small-tags-{seed}.json")["seed"] == seed


def test_a_result_is_whole_or_not_there(tmp_path, corpus, monkeypatch):
    def stop(path, found):
        if path.parent.name != "results":
            return write(path, found)
        path.write_text('{"half of')
        raise KeyboardInterrupt

    write = srsly.write_json
    monkeypatch.setattr(srsly, "write_json", stop)
    assert run(corpus, tmp_path).exit_code != 0
    assert not list((tmp_path / "results").glob("*.json"))
    monkeypatch.undo()
    assert run(corpus, tmp_path).exit_code == 0
    assert len(list((tmp_path / "results").iterdir())) == 1


def test_a_trial_does_not_even_read_the_test_part(tmp_path, corpus):
    (corpus / "test.spacy").write_bytes(b"must not be read")
    result = run(corpus, tmp_path)
    assert result.exit_code == 0, result.output
    path = tmp_path / "results" / "small-tags-0.json"
    found = srsly.read_json(path)
    assert "test" not in found and found["first_words_per_second"] > 0
    assert "test" not in result.output.rpartition("small-tags-0:")[2]


def test_a_trial_hides_scores_that_an_earlier_run_has_written(tmp_path, corpus):
    assert "test" in run(corpus, tmp_path, "--test").output.rpartition("small-tags-0:")[2]
    assert "test" not in run(corpus, tmp_path).output.rpartition("small-tags-0:")[2]


def test_what_is_there_is_not_done_again(tmp_path, corpus, monkeypatch):
    """Neither training nor measuring; a trial that is to be tested is measured, not trained."""
    run(corpus, tmp_path)
    path = tmp_path / "results" / "small-tags-0.json"
    done = tmp_path / "models" / "small-tags-0" / "done.json"
    srsly.write_json(done, {"train_seconds": 12.5})
    monkeypatch.setattr(pipelines, "train", None)
    before = path.read_bytes()
    assert run(corpus, tmp_path).exit_code == 0
    assert path.read_bytes() == before
    assert run(corpus, tmp_path, "--test").exit_code == 0
    found = srsly.read_json(path)
    assert found["train_seconds"] == 12.5 and found["test"]["tp"] == "2 0 0"


def test_a_corpus_goes_by_the_name_of_its_folder(tmp_path, corpus, monkeypatch):
    monkeypatch.chdir(corpus)
    assert run(".", tmp_path).exit_code == 0
    found = srsly.read_json(tmp_path / "results" / "small-tags-0.json")
    assert found["corpus"] == "small"
    assert (tmp_path / "models" / "small-tags-0").exists()


def test_hashes_of_the_data_are_stored(tmp_path, corpus):
    run(corpus, tmp_path, "--test")
    done = srsly.read_json(tmp_path / "models" / "small-tags-0" / "done.json")
    found = srsly.read_json(tmp_path / "results" / "small-tags-0.json")
    digits = {
        part: hashlib.sha256((corpus / f"{part}.spacy").read_bytes()).hexdigest()[:12]
        for part in PARTS
    }
    assert found["data_hash"] == digits
    assert done["data_hash"] == {"train": digits["train"], "dev": digits["dev"]}


def test_a_pipeline_of_unknown_origin_is_taken_and_said_so(tmp_path, corpus):
    """As another program, or an earlier form of this one, may have trained it."""
    run(corpus, tmp_path)
    result = tmp_path / "results" / "small-tags-0.json"
    result.unlink()
    srsly.write_json(tmp_path / "models" / "small-tags-0" / "done.json", {"train_seconds": 3})
    write_part(corpus, "dev", ["Ada/B-PER sings"])
    for _ in range(2):
        assert run(corpus, tmp_path, "--set", "training.max_steps=7").exit_code == 0
        found = srsly.read_json(result)
        assert found["settings_hash"] is None and found["data_hash"] is None


def test_the_order_of_overrides_does_not_count():
    orders = permutations([("a", 1), ("b", 2)])
    hashes = {hash_settings(CONFIG, dict(pairs), None) for pairs in orders}
    assert len(hashes) == 1 and len(hashes | {hash_settings(CONFIG, {"a": 1}, None)}) == 2


def test_the_faster_of_two_runs_is_kept(tmp_path, corpus, monkeypatch):
    place = tmp_path / "models" / "one"
    trained = []

    def slow_train(config, output, **settings):
        if not trained:  # meanwhile, another process does all of it
            trained.append(output)
            run_one(CONFIG, corpus, 0, {}, test=False, output=place)
            srsly.write_json(place / "done.json", {"train_seconds": 0.25})
        train(config, output, **settings)

    train = pipelines.train
    monkeypatch.setattr(pipelines, "train", slow_train)
    assert run_one(CONFIG, corpus, 0, {}, test=False, output=place)["train_seconds"] == 0.25
    assert list(place.parent.iterdir()) == [place]


def test_a_folder_in_the_making_is_left_alone(tmp_path, corpus):
    folder = tmp_path / "models" / "small-tags-0"
    folder.mkdir(parents=True)
    result = run(corpus, tmp_path)
    assert result.exit_code == 0 and "left out" in result.output
    assert list(folder.iterdir()) == [] and list((tmp_path / "results").iterdir()) == []


def test_a_run_that_is_stopped_leaves_nothing_that_looks_finished(tmp_path, corpus, monkeypatch):
    def stop(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(pipelines, "train", stop)
    with pytest.raises(KeyboardInterrupt):
        run_one(CONFIG, corpus, 0, {}, test=False, output=tmp_path / "models" / "one")
    assert list((tmp_path / "models").iterdir()) == []


def test_no_path_of_this_machine_is_written(tmp_path, corpus):
    vectors = spacy.blank("en")
    table = numpy.ones((1, 2), dtype="f")
    vectors.vocab.vectors = Vectors(strings=vectors.vocab.strings, data=table, keys=["Rome"])
    vectors.to_disk(tmp_path / "two_wide")
    own = tmp_path / "own.cfg"
    own.write_text(CONFIG.read_text("utf8"), encoding="utf8")
    for config, name in (
        (CONFIG, "benchmarks/accuracy/configs/most_frequent_tag.cfg"),
        (own, "own.cfg"),
    ):
        found = run_one(config, corpus, 0, {}, test=True, vectors=tmp_path / "two_wide")
        assert found["config"] == name
        assert found["vectors"] == {"name": "two_wide", "rows": 1, "width": 2}
        assert str(tmp_path) not in srsly.json_dumps(found)


@pytest.mark.parametrize(
    ("tags", "entities"),
    [
        (["O", "I-LOC", "I-LOC"], [(1, 3, "LOC")]),
        (["B-LOC", "I-PER"], [(0, 1, "LOC"), (1, 2, "PER")]),
        (["B-LOC", "O", "I-LOC"], [(0, 1, "LOC"), (2, 3, "LOC")]),
        (["B-LOC", "B-LOC", "I-LOC"], [(0, 1, "LOC"), (1, 3, "LOC")]),
        ([], []),
    ],
)
def test_illegal_tags_are_repaired(tags, entities):
    assert repaired(tags) == entities


def test_stock_with_vectors_differs_in_the_vectors_alone():
    folder = Path(CONFIG).parent
    plain, vectors = (
        (folder / name).read_text("utf8") for name in ("stock_efficiency.cfg", "stock_vectors.cfg")
    )
    assert plain.replace("static_vectors = false", "static_vectors = true") == vectors
