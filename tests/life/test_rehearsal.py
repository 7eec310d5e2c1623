"""`Rehearsal`: one step of a whole pipeline, from new annotation and old texts."""

import copy

import numpy
import pytest
import spacy
from spacy.pipeline.tok2vec import Tok2VecListener
from spacy.tokens import Span
from thinc.api import Adam, chain, noop

from spacy_lstm_ner.training.rehearse import Rehearsal

from ..pipeline.helpers import TRAIN, ents_of, make_examples, train_small
from ..pipeline.test_listeners import shared, shared_examples, train  # noqa: F401  (a fixture)
from .test_rehearse import NEW, gradients, shake

TEXTS = [text for text, _ in TRAIN]


class Recorder:
    """Stands for an optimizer: keeps what it is given, takes no step."""

    grad_clip, learn_rate, averages = 0.0, 0.0, None

    def __init__(self):
        self.seen = {}
        self.n_steps = 0

    def __call__(self, key, weights, gradient):
        self.seen[key] = gradient.copy()
        gradient.fill(0)
        return weights, gradient

    def step_schedules(self):
        self.n_steps += 1


@pytest.fixture
def pipeline(shared):  # noqa: F811
    nlp, optimizer = shared
    train(nlp, optimizer, steps=10)
    return nlp


def changed(nlp):
    """A rehearsal of a pipeline that is not what it was any more."""
    rehearsal = Rehearsal(nlp, sgd=Recorder())
    for seed, name in enumerate(nlp.pipe_names):
        shake(nlp.get_pipe(name), seed)
    return rehearsal


def tok2vec_gradient(model, seen):
    return {
        place: seen[node.id, name]
        for place, node in enumerate(model.walk())
        for name in node.param_names
    }


def test_teachers_do_not_hear_of_what_comes_later(pipeline):
    docs = list(pipeline.pipe(TEXTS))
    before = {name: pipeline.get_pipe(name).model.predict(docs) for name in ("tagger", "lstm_ner")}
    Rehearsal(pipeline)
    for name in pipeline.pipe_names:
        shake(pipeline.get_pipe(name))
    plain = [pipeline.make_doc(text) for text in TEXTS]
    for name, scores in before.items():
        taught = pipeline.get_pipe(name)._rehearsal_model.predict(plain)
        pairs = (
            zip(taught, scores)
            if name == "tagger"
            else [(taught.emissions.data, scores.emissions.data)]
        )
        for one, other in pairs:
            numpy.testing.assert_allclose(one, other, atol=1e-5)


@pytest.mark.parametrize("names", [["tagger", "lstm_ner"], ["tagger"], ["lstm_ner"]])
def test_a_shared_tok2vec_gets_the_sum_of_what_its_listeners_say(pipeline, names):
    """As do copies of the tok2vec inside the components, each by itself. That of a frozen
    component, though it is the last one to listen, is not waited for."""
    exclude = [name for name in ("tagger", "lstm_ner") if name not in names]
    rehearsal = changed(pipeline)
    alone = copy.deepcopy(rehearsal)
    examples = shared_examples(pipeline)[:2]
    rehearsal.update(examples, TEXTS[1:], exclude=exclude)
    tok2vec = pipeline.get_pipe("tok2vec").model
    together = tok2vec_gradient(tok2vec, rehearsal.optimizer.seen)
    expected = dict.fromkeys(together, 0.0)
    nlp = alone.nlp
    for name in names:
        nlp.replace_listeners("tok2vec", name, ["model.tok2vec"])
    alone.update(examples, TEXTS[1:], exclude=[*exclude, "tok2vec"])
    for name in names:
        model = nlp.get_pipe(name).model.get_ref("tok2vec")
        for place, dW in tok2vec_gradient(model, alone.optimizer.seen).items():
            expected[place] = expected[place] + dW
    for place, dW in together.items():
        scale = abs(expected[place]).max()
        assert scale > 0
        numpy.testing.assert_allclose(dW, expected[place], atol=1e-4 * scale)
    rehearsal.update([], TEXTS[1:], exclude=exclude)
    alone = tok2vec_gradient(tok2vec, rehearsal.optimizer.seen)
    assert all(dW.any() for dW in alone.values())


@pytest.mark.parametrize("takes_all", [True, False])
def test_a_shared_model_says_how_it_stands_in_for_its_listener(pipeline, takes_all):
    """As transformers do: by a callback of one argument or of three, as `nlp.replace_listeners`
    calls it."""
    made, given = [], []

    def adapt(model):
        made.append(chain(model, noop()))
        return made[-1]

    def adapt_with_all(model, listener, upstream):
        given.append((listener, upstream))
        return adapt(model)

    tok2vec = pipeline.get_pipe("tok2vec")
    tok2vec.model.attrs["replace_listener"] = adapt_with_all if takes_all else adapt
    Rehearsal(pipeline)
    assert [upstream for _, upstream in given] == [tok2vec, tok2vec] * takes_all
    for name, model in zip(("tagger", "lstm_ner"), made, strict=True):
        nodes = list(pipeline.get_pipe(name)._rehearsal_model.walk())
        assert any(node is model for node in nodes)
        assert not any(node is tok2vec.model for node in nodes)
        assert not any(isinstance(node, Tok2VecListener) for node in nodes)


def test_one_step_from_both(pipeline):
    """The gradient is that of the update plus that of rehearsal, and nothing of it is left."""
    seen = []
    rehearsal = changed(pipeline)
    for examples, texts in (
        (shared_examples(pipeline), TEXTS[:2]),
        (shared_examples(pipeline), []),
        ([], TEXTS[:2]),
    ):
        rehearsal.optimizer.seen = {}
        rehearsal.update(examples, texts)
        seen.append(rehearsal.optimizer.seen)
        for name in pipeline.pipe_names:
            assert not any(dW.any() for dW in gradients(pipeline.get_pipe(name).model))
    both, update, rehearse = seen
    assert both.keys() == update.keys()
    ours = {node.id for node in pipeline.get_pipe("lstm_ner").model.walk()}
    assert all(any(dW.any() for (n, _), dW in one.items() if n in ours) for one in seen)
    for key, dW in both.items():
        expected = update[key] + rehearse[key]
        numpy.testing.assert_allclose(dW, expected, atol=1e-4 * abs(expected).max())


def test_nothing_is_left_of_earlier_updates(shared):  # noqa: F811
    """spaCy's `nlp.update` leaves the gradient of a shared tok2vec for the next one."""
    nlp, optimizer = shared
    train(nlp, optimizer, steps=2)
    model = nlp.get_pipe("tok2vec").model
    assert any(dW.any() for dW in gradients(model))
    before = nlp.to_bytes()
    Rehearsal(nlp)
    assert not any(dW.any() for dW in gradients(model))
    assert nlp.to_bytes() == before


def test_rehearsal_alone_teaches_no_new_label(pipeline):
    component = pipeline.get_pipe("lstm_ner")
    rehearsal = Rehearsal(pipeline)
    component.add_label("EVENT")
    rehearsal.update([], TEXTS)
    assert component.cfg["untrained_labels"] == ["EVENT"]
    rehearsal.update(make_examples(pipeline, NEW), TEXTS)
    assert component.cfg["untrained_labels"] == []


def test_a_frozen_tok2vec_annotates(pipeline):
    before = pipeline.get_pipe("tok2vec").to_bytes()
    rehearsal = Rehearsal(pipeline, sgd=Adam(0.001))
    shake(pipeline.get_pipe("lstm_ner"))
    rehearsal.optimizer.learn_rate = 0.01
    frozen = {"exclude": ["tok2vec"], "annotates": ["tok2vec"]}
    losses = [
        rehearsal.update(shared_examples(pipeline), ["", *TEXTS], **frozen)["lstm_ner_rehearsal"]
        for _ in range(20)
    ]
    assert losses[-1] < 0.8 * losses[0]
    assert pipeline.get_pipe("tok2vec").to_bytes() == before


@pytest.mark.parametrize("kind", ["inner", "shared"])
def test_a_new_label_beside_the_old_ones(kind, request):
    """What the new documents deny is kept by rehearsal on others, and lost without it."""
    if kind == "inner":
        trained = train_small()
    else:
        trained, optimizer = request.getfixturevalue("shared")
        train(trained, optimizer)
    kept = {}
    for weight in (0.0, 1.0):
        nlp = copy.deepcopy(trained)
        rehearsal = Rehearsal(nlp, sgd=Adam(0.005))
        nlp.get_pipe("lstm_ner").add_label("EVENT")
        settings = {"lstm_ner": {"weight": weight}}
        for _ in range(30):
            new = make_examples(nlp, [*NEW, *((text, []) for text in TEXTS[:2])])
            rehearsal.update(new, TEXTS[2:], component_cfg=settings)
        assert ents_of(nlp(NEW[0][0])) == NEW[0][1]
        kept[weight] = sum(ents_of(nlp(text)) == entities for text, entities in TRAIN[2:])
    assert kept[0.0] < kept[1.0] == 2
    # The pipeline that came out of it is a pipeline like any other.
    again = spacy.util.load_model_from_config(nlp.config).from_bytes(nlp.to_bytes())
    for text, entities in [*TRAIN[2:], *NEW]:
        assert ents_of(again(text)) == entities
    if kind == "shared":
        tags = [[t.tag_ for t in one(text)] for one in (trained, again) for text in TEXTS[2:]]
        assert tags[:2] == tags[2:]


def test_annotation_of_old_documents_says_nothing(pipeline):
    """What is rehearsed is what the teacher says, even where a Doc says something else."""
    rehearsal = changed(pipeline)
    docs = [pipeline.make_doc(text) for text in TEXTS]
    blind = rehearsal.update([], docs)
    for doc in docs:
        doc.ents = [Span(doc, 0, 2, label="LOC")]
    assert rehearsal.update([], docs) == blind


@pytest.mark.parametrize("kind", ["text", "Doc"])
def test_norms_of_the_tokenizer_are_seen(kind, pipeline, monkeypatch):
    """Those of its exceptions are not in the lexemes ("ca" of "can't" is "can")."""
    seen = []
    component = pipeline.get_pipe("lstm_ner")
    monkeypatch.setattr(component, "rehearse", lambda examples, **_: seen.extend(examples) or {})
    text = "I can't go in Jan."
    doc = pipeline.make_doc(text)
    expected = [token.norm_ for token in doc]
    assert expected != [token.lex.norm_ for token in doc]
    Rehearsal(pipeline).update([], [text if kind == "text" else doc])
    assert [[token.norm_ for token in eg.predicted] for eg in seen] == [expected]


def test_stock_components_take_part(nlp):
    nlp.add_pipe("tok2vec")
    nlp.add_pipe("ner", config={"model": {**LISTENING, "hidden_width": 16}})
    optimizer = nlp.initialize(lambda: make_examples(nlp))
    for _ in range(3):
        nlp.update(make_examples(nlp), sgd=optimizer, drop=0.5)
    rehearsal = Rehearsal(nlp, sgd=Recorder())
    # Nothing has changed, and teachers make no noise.
    noise = rehearsal.update([], TEXTS)["ner_rehearsal"]
    assert type(noise) is float
    for name in nlp.pipe_names:
        shake(nlp.get_pipe(name))
    assert rehearsal.update([], TEXTS)["ner_rehearsal"] > 100 * noise
    model = nlp.get_pipe("tok2vec").model
    seen = tok2vec_gradient(model, rehearsal.optimizer.seen)
    assert seen and all(dW.any() for dW in seen.values())


LISTENING = {
    "@architectures": "spacy.TransitionBasedParser.v2",
    "state_type": "ner",
    "extra_state_tokens": False,
    "maxout_pieces": 2,
    "use_upper": True,
    "nO": None,
    "tok2vec": {"@architectures": "spacy.Tok2VecListener.v1", "width": 96, "upstream": "*"},
}
