"""Negative spans: which are learned from, which are known already, which are reported."""

import numpy
from spacy.tokens import Doc, Span
from spacy.training import Example

from spacy_lstm_ner.tags.align import gold_mask
from spacy_lstm_ner.tags.constraints import structural_mask
from spacy_lstm_ner.tags.negatives import negative_spans
from spacy_lstm_ner.tags.tagset import TagSet

TAGS = TagSet(("PER", "LOC"))


def make_example(nlp, words, negatives, ents=None, missing=(), gold_words=None, **kwargs):
    """negatives and ents are (start, end, label) in tokens of the gold Doc; ents None: unknown."""
    reference = Doc(nlp.vocab, words=gold_words or words)
    if ents is not None:
        spans = [Span(reference, *ent) for ent in ents]
        reference.set_ents(spans, missing=[reference[a:b] for a, b in missing])
    reference.spans["no"] = [Span(reference, *span) for span in negatives]
    return Example(Doc(nlp.vocab, words=words, **kwargs), reference)


def collect(*examples):
    structural = structural_mask([example.predicted for example in examples], TAGS)
    gold, _ = gold_mask(examples, TAGS, structural)
    found, useless = negative_spans(examples, TAGS, structural & gold, "no")
    columns = (found.sequences, found.starts, found.ends, found.labels)
    assert all(column.dtype == numpy.int64 for column in columns)
    return list(zip(*(column.tolist() for column in columns))), useless


def test_spans_of_unknown_text_overlapping_ones_included(nlp):
    negatives = [(1, 2, "LOC"), (0, 2, "PER"), (0, 2, "LOC"), (0, 2, "PER")]
    empty = Example(Doc(nlp.vocab), Doc(nlp.vocab))
    plain = Example(Doc(nlp.vocab, words=["a"]), Doc(nlp.vocab, words=["a"]))
    found, useless = collect(empty, plain, make_example(nlp, ["Ada", "met", "Bob"], negatives))
    assert found == [(2, 0, 2, 0), (2, 0, 2, 1), (2, 1, 2, 1)]
    assert useless.total == 0


def test_what_the_annotation_rules_out_is_known_already(nlp):
    words = ["Ada", "met", "Bob"]
    negatives = [(0, 1, "LOC"), (1, 2, "PER"), (1, 3, "PER"), (2, 3, "PER")]
    example = make_example(nlp, words, negatives, ents=[(0, 1, "PER")], missing=[(2, 3)])
    assert collect(example) == ([(0, 2, 3, 0)], collect()[1])


def test_what_white_space_and_sentence_starts_rule_out_is_known_already(nlp):
    words = ["Ada", "\n", "met", "Bob"]
    negatives = [(0, 2, "PER"), (1, 2, "PER"), (0, 3, "PER"), (2, 4, "PER")]
    example = make_example(nlp, words, negatives, sent_starts=[True, False, False, True])
    assert collect(example) == ([(0, 0, 3, 0)], collect()[1])


def test_contradictions_are_reported(nlp):
    example = make_example(
        nlp, ["Ada", "King", "met"], [(0, 2, "PER"), (0, 1, "PER")], ents=[(0, 2, "PER")]
    )
    found, useless = collect(example)
    assert found == []
    assert useless.counts == {"is an entity of the annotation": 1}
    assert useless.shown == ["'Ada King' (is an entity of the annotation)"]


def test_spans_align_over_different_tokens(nlp):
    example = make_example(
        nlp,
        ["in", "New", "York-based"],
        [(1, 3, "LOC"), (1, 4, "LOC")],
        gold_words=["in", "New", "York", "-based"],
    )
    found, useless = collect(example)
    assert found == [(0, 1, 3, 1)]
    assert useless.counts == {"does not align with the tokens": 1}


def test_labels_that_say_nothing_are_reported(nlp):
    found, useless = collect(make_example(nlp, ["Ada", "met"], [(0, 1, "ORG"), (1, 2, "")]))
    assert found == []
    assert useless.counts == {"unknown label ORG": 1, "without a label": 1}
