"""Steps of `Rehearsal`: their arguments, losses and schedules, and those that fail."""

import copy

import numpy
import pytest
from thinc.api import Adam

from spacy_lstm_ner.training.rehearse import Rehearsal

from ..pipeline.test_listeners import shared, shared_examples  # noqa: F401  (a fixture)
from .test_rehearsal import TEXTS, Recorder, changed, pipeline  # noqa: F401  (a fixture)


def test_nothing_taken_back_counts_as_learned(pipeline):  # noqa: F811
    """A label that never came to a step stays masked, and a clip limit counts no dropped words."""
    component = pipeline.get_pipe("lstm_ner")
    pipeline.update(shared_examples(pipeline), sgd=False)
    component.add_label("EVENT")
    rehearsal = Rehearsal(pipeline)
    assert component.words_since_step == 0
    rehearsal.update([], TEXTS)
    assert component.cfg["untrained_labels"] == ["EVENT"]


@pytest.mark.parametrize(
    "slip",
    [
        {"component_cfg": {"lstm_nre": {"weight": 3.0}}},
        {"exclude": ["taggr"]},
        {"exclude": "tagger"},
        {"annotates": ["tok2vce"]},
    ],
)
def test_unknown_names(slip, pipeline):  # noqa: F811
    rehearsal = changed(pipeline)
    pattern = rf"got {next(iter(slip))} with .*expected .*\['tok2vec', 'tagger', 'lstm_ner'\]"
    with pytest.raises(ValueError, match=pattern):
        rehearsal.update(shared_examples(pipeline), TEXTS, **slip)
    assert not rehearsal.optimizer.seen


@pytest.mark.parametrize("error", [TypeError, KeyboardInterrupt])
def test_a_step_that_fails_leaves_nothing_behind(error, pipeline, monkeypatch):  # noqa: F811
    rehearsal = changed(pipeline)
    fresh = copy.deepcopy(rehearsal)
    component = pipeline.get_pipe("lstm_ner")
    examples = shared_examples(pipeline)

    def fail(*_, **__):
        raise error

    with monkeypatch.context() as patch, pytest.raises(error):
        patch.setattr(component, "rehearse", fail)
        rehearsal.update(examples, TEXTS)
    assert component.words_since_step == 0
    for one in (rehearsal, fresh):
        one.update(shared_examples(one.nlp), TEXTS)
    seen, expected = rehearsal.optimizer.seen, fresh.optimizer.seen
    assert seen.keys() == expected.keys() and any(dW.any() for dW in seen.values())
    for key, dW in seen.items():
        numpy.testing.assert_array_equal(dW, expected[key])


def test_schedules_go_on_step_by_step(pipeline):  # noqa: F811
    """One that begins at 0 would teach nothing else."""
    rates = iter([0.0, 0.01, 0.02, 0.03])
    rehearsal = Rehearsal(pipeline, sgd=Adam(rates))
    before = pipeline.get_pipe("lstm_ner").model.to_bytes()
    for expected in (0.01, 0.02, 0.03):
        rehearsal.update(shared_examples(pipeline), TEXTS)
        assert rehearsal.optimizer.learn_rate == expected
    assert pipeline.get_pipe("lstm_ner").model.to_bytes() != before


def test_nothing_given_nothing_done(pipeline):  # noqa: F811
    rehearsal = Rehearsal(pipeline, sgd=Recorder())
    component = pipeline.get_pipe("lstm_ner")
    component.add_label("EVENT")
    for texts in ([], [""]):
        assert rehearsal.update([], texts, losses={"lstm_ner": 1.0}) == {"lstm_ner": 1.0}
    assert not rehearsal.optimizer.seen and rehearsal.optimizer.n_steps == 0
    rehearsal.update(shared_examples(pipeline), [])
    assert rehearsal.optimizer.n_steps == 1


def test_losses_and_settings(pipeline):  # noqa: F811
    rehearsal = changed(pipeline)
    losses = {"lstm_ner": 1.0}
    assert rehearsal.update(shared_examples(pipeline), TEXTS, losses=losses) is losses
    names = {"tok2vec", "tagger", "lstm_ner", "tagger_rehearsal", "lstm_ner_rehearsal"}
    assert set(losses) == names and losses["lstm_ner"] > 1
    doubled = rehearsal.update(
        shared_examples(pipeline)[:1],
        pipeline.pipe(TEXTS),
        component_cfg={"lstm_ner": {"weight": 2.0}},
    )
    once, twice = (found["lstm_ner_rehearsal"] for found in (losses, doubled))
    assert twice == pytest.approx(2 * once, rel=1e-4)
