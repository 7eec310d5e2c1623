from itertools import product
from random import Random

import numpy
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from spacy_lstm_ner.tags.constraints import (
    prediction_mask,
    scheme_constraints,
    structural_mask,
)
from spacy_lstm_ner.tags.spans import ScoredSpan, spans_by_doc, spans_from_tags
from spacy_lstm_ner.tags.tagset import TagSet

from ..reference import legal_paths

TAGS = TagSet(("PER", "LOC"))
O, B_PER, I_PER, L_PER, U_PER, B_LOC, I_LOC, L_LOC, U_LOC = range(9)
ALL = set(range(9))
VOCAB = Vocab()
OPENING = {O, B_PER, U_PER, B_LOC, U_LOC}  # what a first token may have


def allowed(mask):
    return [set(numpy.flatnonzero(row).tolist()) for row in mask]


def is_biluo(names):
    """The scheme in words: an entity is U, or B, any number of I, L, all with one label."""
    label = None
    for name in names:
        prefix, _, name_label = name.partition("-")
        if prefix in ("O", "B", "U"):
            if label is not None:
                return False
            label = name_label if prefix == "B" else None
        elif label != name_label:
            return False
        elif prefix == "L":
            label = None
    return label is None


@pytest.mark.parametrize("labels", [(), ("PER",), ("PER", "LOC")])
@pytest.mark.parametrize("T", [1, 2, 3, 4])
def test_scheme_allows_exactly_the_legal_sequences(labels, T):
    tagset = TagSet(labels)
    rules = scheme_constraints(tagset)
    for path in product(range(len(tagset)), repeat=T):
        legal = (
            rules.start[path[0]]
            and rules.end[path[-1]]
            and all(rules.transitions[a, b] for a, b in zip(path, path[1:]))
        )
        assert legal == is_biluo([tagset.names[tag] for tag in path]), path


def test_a_plain_doc_is_free(nlp):
    doc = Doc(nlp.vocab, words=["a", "b"])
    assert allowed(structural_mask([doc], TAGS)) == [OPENING, ALL]
    assert structural_mask([], TAGS).shape == (0, 9)
    assert structural_mask([Doc(nlp.vocab)], TAGS).shape == (0, 9)


def test_white_space_is_never_an_edge(nlp):
    doc = Doc(nlp.vocab, words=["a", "\n\n", "b"])
    assert allowed(structural_mask([doc], TAGS)) == [OPENING, {O, I_PER, I_LOC}, ALL]


def test_no_entity_crosses_a_sentence_start(nlp):
    doc = Doc(nlp.vocab, words=["a", "b", "c", "d"], sent_starts=[True, False, True, None])
    closing = {O, L_PER, U_PER, L_LOC, U_LOC}
    assert allowed(structural_mask([doc], TAGS)) == [OPENING, closing, OPENING, ALL]


def test_masks_of_a_batch_do_not_mix(nlp):
    docs = [
        Doc(nlp.vocab, words=["a"]),
        Doc(nlp.vocab),
        Doc(nlp.vocab, words=["b", "c"], sent_starts=[True, False]),
    ]
    docs[2].ents = [Span(docs[2], 1, 2, label="PER")]
    together = prediction_mask(docs, TAGS)
    alone = numpy.concatenate([prediction_mask([doc], TAGS) for doc in docs])
    numpy.testing.assert_array_equal(together, alone)
    assert allowed(together)[0] == OPENING and allowed(together)[2] == {U_PER}


def test_preset_entities_are_forced_and_blocked_tokens_are_o(nlp):
    doc = Doc(nlp.vocab, words=["a", "b", "c", "d", "e", "f"])
    doc.set_ents(
        [Span(doc, 0, 3, label="PER")],
        blocked=[doc[4:5]],
        outside=[doc[5:6]],
        default="missing",
    )
    expected = [{B_PER}, {I_PER}, {L_PER}, ALL, {O}, ALL]
    assert allowed(prediction_mask([doc], TAGS)) == expected
    assert allowed(structural_mask([doc], TAGS)) == [OPENING] + [ALL] * 5


def test_a_preset_entity_wins_over_white_space_and_sentences(nlp):
    doc = Doc(nlp.vocab, words=["a", "\n", "b"], sent_starts=[True, True, False])
    doc.ents = [Span(doc, 0, 2, label="LOC")]
    assert allowed(prediction_mask([doc], TAGS))[:2] == [{B_LOC}, {L_LOC}]


def test_a_preset_entity_of_another_label_takes_its_place(nlp):
    doc = Doc(nlp.vocab, words=["a", "b", "c"])
    doc.ents = [Span(doc, 0, 2, label="MONEY")]
    assert allowed(prediction_mask([doc], TAGS)) == [{O}, {O}, ALL]


def test_a_rejected_span_forbids_its_label_on_its_tokens(nlp):
    doc = Doc(nlp.vocab, words=["a", "b", "c", "d"])
    doc.spans["no"] = [
        Span(doc, 0, 2, label="PER"),
        Span(doc, 1, 3, label="LOC"),
        Span(doc, 3, 4, label="MONEY"),  # the component never says so
        Span(doc, 3, 3, label="PER"),  # no token
    ]
    only_loc = {O, B_LOC, I_LOC, L_LOC, U_LOC}
    expected = [OPENING & only_loc, {O}, ALL - {B_LOC, I_LOC, L_LOC, U_LOC}, ALL]
    assert allowed(prediction_mask([doc], TAGS, "no")) == expected
    assert allowed(prediction_mask([doc], TAGS)) == [OPENING, ALL, ALL, ALL]
    assert allowed(prediction_mask([doc], TAGS, "other")) == [OPENING, ALL, ALL, ALL]


def test_a_rejected_span_without_a_label_forbids_all_of_them(nlp):
    doc = Doc(nlp.vocab, words=["a", "b", "c"])
    doc.spans["no"] = [Span(doc, 1, 3)]
    assert allowed(prediction_mask([doc], TAGS, "no")) == [OPENING, {O}, {O}]


def test_a_preset_entity_wins_over_a_rejected_span(nlp):
    doc = Doc(nlp.vocab, words=["a", "b", "c"])
    doc.ents = [Span(doc, 0, 2, label="PER")]
    doc.spans["no"] = [Span(doc, 1, 3, label="PER"), Span(doc, 0, 1)]
    only_loc = {O, B_LOC, I_LOC, L_LOC, U_LOC}
    assert allowed(prediction_mask([doc], TAGS, "no")) == [{B_PER}, {L_PER}, only_loc]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**6))
def test_whatever_a_doc_forbids_a_path_is_left(seed):
    random = Random(seed)
    docs = [random_doc(random) for _ in range(3)]
    rules = scheme_constraints(TAGS)
    together = prediction_mask(docs, TAGS, "no")
    begin = 0
    for doc in docs:
        mask = together[begin : begin + len(doc)]
        begin += len(doc)
        assert legal_paths(len(doc), mask, rules.start, rules.transitions, rules.end)
        numpy.testing.assert_array_equal(mask, prediction_mask([doc], TAGS, "no"))
        taken = {token.i for token in doc if token.ent_type or token.ent_iob == 3}
        for span in doc.spans.get("no", []):
            for i in set(range(span.start, span.end)) - taken:
                names = {TAGS.names[tag] for tag in allowed(mask)[i]}
                assert not any(span.label_ in name for name in names - {"O"})


def random_doc(random):
    """Up to three tokens with every kind of thing that forbids tags."""
    T = random.randrange(4)
    words = [random.choice(["a", "b", "\n"]) for _ in range(T)]
    starts = [random.choice([True, False, None]) for _ in range(T)] or None
    doc = Doc(VOCAB, words=words, sent_starts=starts)
    edges = sorted(random.sample(range(T + 1), 2)) if T else [0, 0]
    ents = [Span(doc, *edges, label=random.choice(["PER", "MONEY"]))] if edges[1] else []
    blocked = [doc[i : i + 1] for i in range(edges[1], T) if random.random() < 0.2]
    if random.random() < 0.5:
        doc.set_ents(ents, blocked=blocked, default="missing")
    if random.random() < 0.8:
        begins = [random.randrange(T + 1) for _ in range(2)]
        doc.spans["no"] = [
            Span(doc, begin, random.randint(begin, T), label=random.choice(["PER", "LOC", ""]))
            for begin in begins
        ]
    return doc


def test_tags_and_spans_are_inverse():
    for path in product(range(9), repeat=4):
        if is_biluo([TAGS.names[tag] for tag in path]):
            tags = [O] * 4
            for span in spans_by_doc(spans_from_tags(path, [4], TAGS), 1, TAGS)[0]:
                tags[span.start : span.end] = TAGS.ids_of_span(span.end - span.start, span.label)
            assert tuple(tags) == path


def test_no_tokens_no_spans():
    for lengths in ([], [0, 0]):
        spans = spans_from_tags(numpy.zeros(0, dtype="int32"), lengths, TAGS)
        assert spans_by_doc(spans, len(lengths), TAGS) == [[] for _ in lengths]


def test_spans_of_many_docs():
    U_LOC, L_PER = TAGS.id_of("U", "LOC"), TAGS.id_of("L", "PER")
    B_PER = TAGS.id_of("B", "PER")
    tags = [U_LOC, O, B_PER, L_PER, U_LOC, B_PER, L_PER, O]
    spans = spans_from_tags(tags, [0, 4, 0, 1, 3, 0], TAGS)
    assert spans_by_doc(spans, 6, TAGS) == [
        [],
        [ScoredSpan(0, 1, "LOC", None), ScoredSpan(2, 4, "PER", None)],
        [],
        [ScoredSpan(0, 1, "LOC", None)],
        [ScoredSpan(0, 2, "PER", None)],
        [],
    ]
    spans.probabilities = numpy.array([0.5, 0.25, 1.0, 0.125])
    assert [span.probability for span in spans_by_doc(spans, 6, TAGS)[1]] == [0.5, 0.25]


def test_names_and_ids_agree():
    assert TAGS.names[0] == "O" and len(TAGS.names) == len(TAGS) == 9
    for prefix, label in product("BILU", TAGS.labels):
        assert TAGS.names[TAGS.id_of(prefix, label)] == f"{prefix}-{label}"
    longer = TagSet((*TAGS.labels, "ORG"))
    assert longer.names[:9] == TAGS.names


@pytest.mark.parametrize("prefix,label", [("B", "ORG"), ("S", "PER")])
def test_unknown_tags_are_errors(prefix, label):
    with pytest.raises(ValueError, match=f"'{prefix}-{label}' is no BILUO tag .* PER, LOC"):
        TAGS.id_of(prefix, label)
