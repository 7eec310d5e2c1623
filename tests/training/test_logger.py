"""The training logger, by hand and in real training."""

import io
import math
import time

import numpy
import pytest
import spacy
import srsly
from spacy.cli.train import train
from spacy.language import DEFAULT_CONFIG
from spacy.util import registry
from thinc.api import Adam, Optimizer, fix_random_seed

from spacy_lstm_ner.pipeline.lstm_ner import LSTMNer
from spacy_lstm_ner.training.logger import TrainingLogger

from ..pipeline.helpers import SMALL, TRAIN, make_examples, train_small

NAN = float("nan")


def info(step, words, **more):
    scores = {"ents_f": 0.5, "ents_per_type": {"GPE": {"f": 0.5}}}
    return {
        "epoch": 0,
        "step": step,
        "words": words,
        "losses": {"lstm_ner": 2.0},
        "score": 0.5,
        "other_scores": scores,
        **more,
    }


def gradient_norm(model):
    grads = [n.get_grad(name) for n in model.walk() for name in n.param_names if n.has_grad(name)]
    return math.sqrt(sum(float((grad.astype("float64") ** 2).sum()) for grad in grads))


def test_means_since_the_last_row(tmp_path):
    """Norms and clipped steps against norms computed from the gradients, over unequal batches."""
    nlp = train_small(steps=2)
    component = nlp.get_pipe("lstm_ner")
    out = io.StringIO()
    log_step, finish = TrainingLogger(tmp_path / "new" / "log.jsonl")(nlp, out, out)
    examples = make_examples(nlp)
    norms, words, optimizer = [], [], Adam(0.001, grad_clip=0.0)
    for step, size in enumerate([1, 4, 2, 3, 1]):
        batch = examples[:size]
        nlp.update(batch, sgd=False)
        words.append(sum(len(eg) for eg in batch))
        norms.append(gradient_norm(component.model) / words[-1])
        component.max_grad_norm = norms[-1] * (0.9 if step == 2 else 1.1)
        component.finish_update(optimizer)
        log_step(info(step, sum(words)) if step in (0, 3) else None)
    finish()
    first, second = srsly.read_jsonl(tmp_path / "new" / "log.jsonl")
    assert first["grad_norm"] == pytest.approx(norms[0], rel=1e-5)
    assert second["grad_norm"] == pytest.approx(sum(norms[1:4]) / 3, rel=1e-5)
    assert first["clip_rate"] == 0.0 and second["clip_rate"] == pytest.approx(1 / 3)
    assert (first["words"], second["words"]) == (words[0], sum(words[1:4]))
    assert first["speed"] is None and first["seconds"] is None  # the first step is not timed
    assert second["speed"] == pytest.approx(second["words"] / second["seconds"])
    assert second["other_scores"] == info(0, 0)["other_scores"]
    assert len(out.getvalue().splitlines()) == 4
    assert component.watch is None


def test_evaluation_is_not_timed(tmp_path):
    nlp = train_small(steps=0)
    log_step, finish = TrainingLogger(tmp_path / "log.jsonl")(nlp, io.StringIO(), io.StringIO())
    component, optimizer = nlp.get_pipe("lstm_ner"), Adam(0.001, grad_clip=0.0)
    begin = time.perf_counter()
    for step in range(3):
        time.sleep(0.05)  # reading and updating
        component.finish_update(optimizer)
        if step != 1:
            time.sleep(0.5)  # evaluation
        log_step(None if step == 1 else info(step, 10 * step))
    finish()
    assert time.perf_counter() - begin > 1.1
    _, row = srsly.read_jsonl(tmp_path / "log.jsonl")
    assert 0.1 <= row["seconds"] < 0.5
    assert row["speed"] == pytest.approx(20 / row["seconds"])


def test_rows_are_json_whatever_the_numbers(tmp_path):
    nlp = train_small(steps=0)
    log_step, finish = TrainingLogger(tmp_path / "log.jsonl")(nlp, io.StringIO(), io.StringIO())
    losses = {"lstm_ner": numpy.float32(1.5), "other": NAN}
    log_step(info(0, 7, losses=losses, score=math.inf))
    row = srsly.json_loads((tmp_path / "log.jsonl").read_text("utf8"))  # before the end
    assert row["losses"] == {"lstm_ner": 1.5, "other": None} and row["score"] is None
    assert row["grad_norm"] is None and row["clip_rate"] is None  # no step was taken
    finish()


def test_pipelines_without_the_component(nlp, tmp_path):
    nlp.add_pipe("textcat")
    nlp.config["training"]["score_weights"] = {"cats_score": 1.0}
    out = io.StringIO()
    log_step, finish = TrainingLogger(tmp_path / "log.jsonl")(nlp, out, out)
    log_step(None)
    log_step(info(1, 30, losses={"textcat": 1.0}, other_scores={"cats_score": 0.25}))
    finish()
    (row,) = srsly.read_jsonl(tmp_path / "log.jsonl")
    assert row["words"] == 30 and row["losses"] == {"textcat": 1.0}
    assert all(row[key] is None for key in ("speed", "grad_norm", "clip_rate", "seconds"))
    last = out.getvalue().splitlines()[-1].split()
    assert last == ["0", "1", "1.00", "25.00", "0.50", "-", "-", "-"]


def test_nothing_is_measured_unless_asked_for(monkeypatch):
    nlp = train_small(steps=1)

    def never(model, limit):
        raise AssertionError("measured")

    monkeypatch.setattr("spacy_lstm_ner.pipeline.learning.clip_gradient", never)
    nlp.update(make_examples(nlp), sgd=Adam(0.001))
    TrainingLogger()(nlp, io.StringIO(), io.StringIO())
    with pytest.raises(AssertionError, match="measured"):
        nlp.update(make_examples(nlp), sgd=Adam(0.001))


def test_the_watch_changes_and_stores_nothing(tmp_path):
    """The same weights with and without, and no trace of it in what is saved."""
    plain, watched = train_small(steps=1), train_small(steps=1)
    logger = TrainingLogger(tmp_path / "log.jsonl")
    log_step, finish = logger(watched, io.StringIO(), io.StringIO())
    for nlp in (plain, watched):
        fix_random_seed(0)
        optimizer = Adam(0.001, grad_clip=0.0)
        for step in range(3):
            nlp.update(make_examples(nlp), sgd=optimizer, drop=0.3)
            if nlp is watched and step == 1:
                log_step(info(step, 30))
    assert watched.get_pipe("lstm_ner").watch.steps == 1
    assert watched.to_bytes() == plain.to_bytes()
    finish()


class RecordingAdam(Optimizer):
    """Keeps the norm of each step's gradient, as it arrives."""

    def __init__(self):
        super().__init__(0.001, grad_clip=0.0, L2=0.0, beta1=0.9, beta2=0.999, eps=1e-8)
        self.squares = 0.0
        self.norms = []

    def __call__(self, key, weights, gradient, *, lr_scale=1.0):
        self.squares += float((gradient.astype("float64") ** 2).sum())
        return super().__call__(key, weights, gradient, lr_scale=lr_scale)

    def step_schedules(self):
        super().step_schedules()
        self.norms.append(math.sqrt(self.squares))
        self.squares = 0.0


CONFIG = """
[nlp]
lang = "en"
pipeline = ["lstm_ner"]

[components]

[corpora]

[corpora.train]
@readers = "spacy-lstm-ner.Corpus.v1"
path = "train.jsonl"
max_length = 6
shuffle_seed = 0

[corpora.dev]
@readers = "spacy-lstm-ner.Corpus.v1"
path = "train.jsonl"

[training]
max_epochs = 2
max_steps = 0
eval_frequency = 1
patience = 0

[training.batcher]
@batchers = "spacy-lstm-ner.batch_by_length.v1"
size = 8
buffer = 4

[training.logger]
@loggers = "spacy-lstm-ner.TrainingLogger.v1"
path = "log.jsonl"

[training.optimizer]
@optimizers = "test.RecordingAdam"
"""


@pytest.fixture
def recorder(tmp_path, monkeypatch):
    """A folder with a corpus, and the optimizer that the config will name."""
    monkeypatch.chdir(tmp_path)
    records = [
        {"text": text, "spans": [{"start": s, "end": e, "label": label} for s, e, label in ents]}
        for text, ents in TRAIN
    ]
    srsly.write_jsonl("train.jsonl", records)
    optimizer = RecordingAdam()
    registry.optimizers("test.RecordingAdam", func=lambda: optimizer)
    return optimizer


def run_training(max_grad_norm, **overrides):
    config = DEFAULT_CONFIG.merge(spacy.util.load_config_from_str(CONFIG))
    config["components"]["lstm_ner"] = {
        **SMALL,
        "factory": "lstm_ner",
        "max_grad_norm": max_grad_norm,
    }
    config.to_disk("config.cfg")
    train("config.cfg", "out", overrides=overrides)
    return list(srsly.read_jsonl("log.jsonl"))


N_WORDS = sum(len(spacy.blank("en").make_doc(text)) for text, _ in TRAIN)


@pytest.mark.parametrize("max_grad_norm", [None, 1e6])
@pytest.mark.parametrize("epochs", [{}, {"training.max_epochs": -1, "training.max_steps": 12}])
def test_training_without_clipping(recorder, capsys, max_grad_norm, epochs):
    rows = run_training(max_grad_norm, **epochs)
    assert [row["step"] for row in rows] == list(range(len(rows)))
    assert sum(row["words"] for row in rows if row["epoch"] == 0) == N_WORDS
    assert max(row["words"] for row in rows) <= 8
    assert {row["clip_rate"] for row in rows} == {0.0}
    expected = [norm / row["words"] for norm, row in zip(recorder.norms, rows, strict=True)]
    numpy.testing.assert_allclose([row["grad_norm"] for row in rows], expected, rtol=1e-5)
    speeds = [row["words"] / row["seconds"] for row in rows[1:]]
    assert [row["speed"] for row in rows[1:]] == pytest.approx(speeds)
    assert all(row["losses"]["lstm_ner"] > 0 and "ents_f" in row["other_scores"] for row in rows)
    lines = capsys.readouterr().out.splitlines()
    title = next(line for line in lines if "LOSS LSTM_NER" in line)
    assert title.split()[-3:] == ["GRAD", "CLIP", "WPS"]
    loaded = spacy.load("out/model-last").get_pipe("lstm_ner")
    assert isinstance(loaded, LSTMNer) and loaded.watch is None


def test_training_with_clipping(recorder):
    rows = run_training(1e-4)
    assert {row["clip_rate"] for row in rows} == {1.0}
    assert sum(row["words"] for row in rows) == 2 * N_WORDS
    assert min(row["grad_norm"] for row in rows) > 1e-4  # what was there before clipping
    taken = [norm / row["words"] for norm, row in zip(recorder.norms, rows, strict=True)]
    numpy.testing.assert_allclose(taken, 1e-4, rtol=1e-4)


def test_same_seed_same_training(recorder):
    """The reader's, the batcher's and the logger's parts are all repeatable."""
    keys = ("step", "epoch", "losses", "grad_norm", "words")
    options = {"training.max_epochs": -1, "training.max_steps": 12}
    first, second = (
        [[row[key] for key in keys] for row in run_training(None, **options)] for _ in "ab"
    )
    assert first == second
