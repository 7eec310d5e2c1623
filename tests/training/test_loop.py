"""What `spacy train` does with schedules and averages around our component."""

from typing import Any, Dict, List

import numpy
import pytest
import spacy
from spacy.training import Corpus
from spacy.training.initialize import init_nlp
from spacy.training.loop import train
from spacy.util import load_config, registry
from thinc.api import Model

from spacy_lstm_ner.data.docbin import write_docbin

from ..pipeline.helpers import SMALL, make_examples
from ..test_registry import ROOT

STEPS = 12  # spaCy counts from 0 and takes one more


def params_of(model: Model) -> List[numpy.ndarray]:
    return [node.get_param(name).copy() for node in model.walk() for name in node.param_names]


def averages_of(steps: List[List[numpy.ndarray]]) -> List[List[numpy.ndarray]]:
    """The running averages after each step, by hand and in double precision."""
    means = [numpy.zeros(W.shape) for W in steps[0]]
    after = []
    for t, weights in enumerate(steps, start=1):
        decay = min((1 + t) / (10 + t), 0.9999)
        means = [decay * mean + (1 - decay) * W for mean, W in zip(means, weights)]
        after.append(means)
    return after


class Recorder:
    """A logger that writes down what happens in a training."""

    def __init__(self) -> None:
        self.rates: List[float] = []
        self.steps: List[List[numpy.ndarray]] = []
        self.evaluated: List[List[numpy.ndarray]] = []
        self.checkpoints: List[Any] = []

    def __call__(self, nlp: Any, stdout: Any, stderr: Any) -> Any:
        pipe = nlp.get_pipe("lstm_ner")
        score, finish_update = pipe.scorer, pipe.finish_update

        def scorer(examples: Any, **settings: Any) -> Dict[str, Any]:
            self.evaluated.append(params_of(pipe.model))
            return score(examples, **settings)

        def step(sgd: Any) -> None:
            self.rates.append(sgd.learn_rate)
            finish_update(sgd)

        pipe.scorer, pipe.finish_update = scorer, step

        def log_step(info: Any) -> None:
            self.steps.append(params_of(pipe.model))
            if info is not None:
                self.checkpoints = list(info["checkpoints"])

        return log_step, lambda: None


def run(folder, eval_frequency=3, **optimizer) -> Recorder:
    recorder = Recorder()
    write_docbin([eg.reference for eg in make_examples(spacy.blank("en"))], folder / "a.spacy")
    config = load_config(ROOT / "configs" / "efficiency.cfg", interpolate=False)
    config["paths"].update(train=str(folder / "a.spacy"), dev=str(folder / "a.spacy"))
    config["components"]["lstm_ner"].update(SMALL, factory="lstm_ner")
    config["training"].update(max_steps=STEPS, patience=0, eval_frequency=eval_frequency)
    config["training"]["batcher"]["size"] = 12
    config["training"]["optimizer"].update(optimizer)
    config["training"]["logger"] = {"@loggers": "tests.recorder.v1"}
    registry.loggers("tests.recorder.v1", func=lambda: recorder)
    train(init_nlp(config), folder)
    return recorder


@pytest.mark.parametrize("adam", ["spacy-lstm-ner.Adam.v1", "Adam.v1"])
def test_averages_are_what_is_evaluated_and_saved(tmp_path, adam):
    recorder = run(tmp_path, **{"@optimizers": adam, "learn_rate": 0.02})
    averages = averages_of(recorder.steps)
    assert len(averages) == STEPS + 1
    checked = [(score, step) for score, step in recorder.checkpoints]
    assert [step for _, step in checked] == [0, 3, 6, 9, 12]
    for (_, step), evaluated in zip(checked, recorder.evaluated, strict=True):
        for got, expected in zip(evaluated, averages[step], strict=True):
            numpy.testing.assert_allclose(got, expected, atol=1e-6)
    best_score = max(score for score, _ in checked)
    best_step = max(step for score, step in checked if score == best_score)  # the latest is kept
    assert best_score > 0
    for name, step in (("model-last", STEPS), ("model-best", best_step)):
        nlp = spacy.load(tmp_path / name)
        saved = params_of(nlp.get_pipe("lstm_ner").model)
        for got, expected in zip(saved, averages[step], strict=True):
            numpy.testing.assert_allclose(got, expected, atol=1e-6)
    assert nlp.evaluate(list(Corpus(tmp_path / "a.spacy")(nlp)))["ents_f"] == best_score


def test_training_goes_on_from_the_weights_not_from_their_averages(tmp_path):
    """However often it is evaluated and saved, training goes the same way."""
    often, seldom = (run(tmp_path, every, learn_rate=0.02).steps for every in (1, 100))
    for one, other in zip(often, seldom, strict=True):
        for W, V in zip(one, other, strict=True):
            numpy.testing.assert_array_equal(W, V)
    assert any(abs(W - V).max() > 0.01 for W, V in zip(often[-1], averages_of(often)[-1]))


def test_without_averages_the_weights_are_saved(tmp_path):
    recorder = run(tmp_path, learn_rate=0.02, use_averages=False)
    saved = params_of(spacy.load(tmp_path / "model-last").get_pipe("lstm_ner").model)
    for got, expected in zip(saved, recorder.steps[-1], strict=True):
        numpy.testing.assert_array_equal(got, expected)


def test_warm_up_and_decay(tmp_path):
    """thinc's schedule rises from 0 in the warm-up and falls to 0 at the last step."""
    schedule = {
        "@schedules": "warmup_linear.v1",
        "initial_rate": 0.1,
        "warmup_steps": 4,
        "total_steps": STEPS,
    }
    recorder = run(tmp_path, learn_rate=schedule)
    up, down = numpy.linspace(0, 0.1, 5), numpy.linspace(0.1, 0, STEPS - 3)
    numpy.testing.assert_allclose(recorder.rates, [*up[:-1], *down], atol=1e-12)
    for before, after, rate in zip(recorder.steps, recorder.steps[1:], recorder.rates[1:]):
        moved = max(abs(W - V).max() for W, V in zip(before, after))
        assert moved <= 5 * rate and (moved > 0) == (rate > 0)
