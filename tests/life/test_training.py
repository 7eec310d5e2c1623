"""Settings of the training loop, in whole runs of `spacy train`."""

from typing import Any, Dict, List

import numpy
import pytest
import spacy
import srsly
from spacy.training import Corpus
from spacy.util import registry

from ..training.runs import CONFIG, digests, spacy_train, write_run

SGD = '@optimizers = "SGD.v1"\nuse_averages = false'
ADAM = '@optimizers = "spacy-lstm-ner.Adam.v1"'
SEEN: List[Dict[str, int]] = []


@registry.callbacks("tests.seen.v1")
def make_callback() -> Any:
    return lambda nlp, where: SEEN.append({**where, "labels": len(nlp.get_pipe("lstm_ner").labels)})


def run(folder, *overrides, config=CONFIG):
    """RETURNS: the last pipeline."""
    args = write_run(folder, config)
    result = spacy_train(*args, *overrides, "-o", folder / "out")
    assert result.exit_code == 0, result.output
    return spacy.load(folder / "out" / "model-last")


def weights_of(nlp):
    model = nlp.get_pipe("lstm_ner").model
    return [node.get_param(name) for node in model.walk() for name in node.param_names]


def test_one_seed_one_model(tmp_path):
    args, found = write_run(tmp_path), []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        changes = [f"--system.seed={seed}", "--training.max_steps=2"]
        assert spacy_train(*args, *changes, "-o", tmp_path / name).exit_code == 0
        found.append(digests(tmp_path / name))
    a, b, c = found
    paths = [path for path in a if path.endswith("lstm_ner/model")]
    assert a == b and len(paths) == 2
    assert all(a[path] != c[path] for path in paths)


def test_subdivided_batches_make_the_same_steps(tmp_path):
    """With plain gradient descent, whose steps are as large as the gradients."""
    config = CONFIG.replace(ADAM, SGD)
    settings = ["--training.dropout=0.0", "--training.max_steps=3"]
    whole = run(tmp_path / "whole", *settings, config=config)
    parts = run(tmp_path / "parts", *settings, "--training.accumulate_gradient=3", config=config)
    for one, other in zip(weights_of(whole), weights_of(parts), strict=True):
        numpy.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-5)


def test_a_streamed_corpus_takes_its_labels_from_the_config(tmp_path):
    """In the order of the config, though the corpus is never read to the end before training."""
    labels = '[initialize.components.lstm_ner]\nlabels = ["PER", "MISC", "LOC"]\n'
    SEEN.clear()
    settings = ["--training.max_epochs=-1", "--training.max_steps=15"]
    settings.append("--training.gpu_allocator=pytorch")  # says nothing without a GPU
    callback = '[training.before_update]\n@callbacks = "tests.seen.v1"\n\n[training.batcher]'
    config = (
        CONFIG.replace("[training.batcher]", callback)
        + "\n[initialize]\n\n[initialize.components]\n\n"
        + labels
    )
    nlp = run(tmp_path, *settings, config=config)
    assert nlp.get_pipe("lstm_ner").labels == ("PER", "MISC", "LOC")
    assert [where["step"] for where in SEEN] == list(range(16))
    assert {where["epoch"] for where in SEEN} == {0, 1, 2}  # read anew each time
    assert {where["labels"] for where in SEEN} == {3}


def test_patience(tmp_path):
    """Nothing gets better without learning, so it ends after as many steps as patience has."""
    still = ["--training.optimizer.learn_rate.initial_rate=0.0", "--training.patience=6"]
    log = tmp_path / "log.jsonl"
    run(tmp_path, *still, "--training.eval_frequency=2", f"--paths.log={log}")
    assert [row["step"] for row in srsly.read_jsonl(log)] == [0, 2, 4, 6]


def test_the_best_model_has_the_best_score(tmp_path):
    """What is saved is what was evaluated: averages, which are not the weights."""
    log = tmp_path / "log.jsonl"
    run(tmp_path, "--training.eval_frequency=3", "--training.max_steps=40", f"--paths.log={log}")
    best = max(row["score"] for row in srsly.read_jsonl(log))
    nlp = spacy.load(tmp_path / "out" / "model-best")
    assert best > 0
    assert nlp.evaluate(list(Corpus(tmp_path / "dev.spacy")(nlp)))["ents_f"] == pytest.approx(best)


def test_scores_before_the_first_step(tmp_path):
    write_run(tmp_path)
    nlp = spacy.util.load_model_from_config(
        spacy.util.load_config(tmp_path / "config.cfg"), auto_fill=True
    )
    examples = list(Corpus(tmp_path / "train.spacy")(nlp))
    nlp.initialize(lambda: examples)
    scores = nlp.evaluate(examples)
    assert 0 <= scores["ents_f"] < 0.5 and set(scores["ents_per_type"]) >= {"PER", "LOC"}
