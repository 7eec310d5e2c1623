"""Tags other than BILUO, and tags without rules: ids, masks, and entities read off them."""

from itertools import product

import numpy
import pytest
from spacy.tokens import Doc, Span
from spacy.training import Example

from spacy_lstm_ner.tags.align import gold_mask
from spacy_lstm_ner.tags.annotated import set_annotated_labels
from spacy_lstm_ner.tags.constraints import prediction_mask, scheme_constraints, structural_mask
from spacy_lstm_ner.tags.negatives import negative_spans
from spacy_lstm_ner.tags.spans import spans_by_doc, spans_from_tags
from spacy_lstm_ner.tags.tagset import TagSet

IOB2 = TagSet(("PER", "LOC"), "iob2")
FREE = TagSet(("PER", "LOC"), "iob2", constrained=False)
O, B_PER, I_PER, B_LOC, I_LOC = range(5)
ALL = set(range(5))
OPENING = {O, B_PER, B_LOC}


def allowed(mask):
    return [set(numpy.flatnonzero(row).tolist()) for row in mask]


def gold(example, tagset=IOB2):
    structural = structural_mask([example.predicted], tagset)
    mask, doubts = gold_mask([example], tagset, structural)
    return allowed(mask), doubts.unlearnable


def make_example(nlp, words, ents, *, missing=(), **kwargs):
    reference = Doc(nlp.vocab, words=words)
    spans = [Span(reference, *ent) for ent in ents]
    reference.set_ents(spans, missing=[reference[a:b] for a, b in missing], default="outside")
    return Example(Doc(nlp.vocab, words=words, **kwargs), reference)


def conlleval(names):
    """Entities as `conlleval` finds them, with one state and one look back, tag by tag."""
    ents, start, before = [], None, "O"
    for t, name in enumerate([*names, "O"]):
        letter, _, label = name.partition("-")
        old_letter, _, old_label = before.partition("-")
        is_end = before != "O" and (letter in "OBU" or old_letter in "LU" or (label != old_label))
        if start is not None and is_end:
            ents.append((start, t, old_label))
            start = None
        if name != "O" and start is None:
            start = t
        before = name
    return ents


def test_names_and_ids_agree():
    assert IOB2.names == ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
    assert len(IOB2) == 5 and IOB2.id_of("I", "LOC") == I_LOC
    assert IOB2.ids_of_span(1, "PER") == [B_PER]
    assert IOB2.ids_of_span(3, "LOC") == [B_LOC, I_LOC, I_LOC]
    assert TagSet(("PER", "LOC", "ORG"), "iob2").names[:5] == IOB2.names
    with pytest.raises(ValueError, match="'L-PER' is no IOB2 tag .* PER, LOC; .* B- I- and"):
        IOB2.id_of("L", "PER")
    with pytest.raises(ValueError, match="constrained = true"):
        FREE.check_constrained()


@pytest.mark.parametrize("T", [1, 2, 3, 4])
def test_iob2_allows_exactly_the_legal_sequences(T):
    rules = scheme_constraints(IOB2)
    for path in product(range(5), repeat=T):
        names = [IOB2.names[tag] for tag in path]
        is_legal = all(
            name[0] != "I" or before[1:] == name[1:] for before, name in zip(["O", *names], names)
        )
        found = (
            rules.start[path[0]]
            and rules.end[path[-1]]
            and all(rules.transitions[a, b] for a, b in zip(path, path[1:]))
        )
        assert found == is_legal, names


@pytest.mark.parametrize("scheme", ["iob2", "biluo"])
@pytest.mark.parametrize("T", [1, 2, 3])
def test_any_tags_are_read_as_conlleval_reads_them(scheme, T):
    tagset = TagSet(("PER", "LOC"), scheme, constrained=False)
    paths = list(product(range(len(tagset)), repeat=T))
    batch = spans_from_tags(numpy.concatenate(paths), [T] * len(paths), tagset)
    for path, found in zip(paths, spans_by_doc(batch, len(paths), tagset)):
        names = [tagset.names[tag] for tag in path]
        assert [tuple(span[:3]) for span in found] == conlleval(names), names


def test_no_entity_goes_on_into_the_next_doc():
    spans = spans_from_tags([I_PER, I_PER, I_PER], [0, 1, 0, 2], FREE)
    found = [[tuple(span[:3]) for span in doc] for doc in spans_by_doc(spans, 4, FREE)]
    assert found == [[], [(0, 1, "PER")], [], [(0, 2, "PER")]]


def test_structure(nlp):
    doc = Doc(nlp.vocab, words=["a", "\n", "b", "c"], sent_starts=[True, False, True, None])
    assert allowed(structural_mask([doc], IOB2)) == [OPENING, {O}, OPENING, ALL]
    assert allowed(structural_mask([doc], FREE)) == [ALL, {O}, ALL, ALL]
    free_biluo = TagSet(("PER",), constrained=False)
    assert allowed(structural_mask([doc], free_biluo))[1] == {O}


@pytest.mark.parametrize("tagset", [IOB2, FREE])
def test_preset_entities_end_where_they_end(nlp, tagset):
    doc = Doc(nlp.vocab, words=["a", "b", "c", "d", "e"])
    doc.set_ents([Span(doc, 0, 2, "PER"), Span(doc, 3, 4, "LOC")], blocked=[doc[4:5]])
    doc.spans["no"] = [Span(doc, 2, 3, "LOC")]
    expected = [{B_PER}, {I_PER}, ALL - {I_PER}, {B_LOC}, {O}]
    assert allowed(prediction_mask([doc], tagset)) == expected
    expected[2] = {O, B_PER}
    assert allowed(prediction_mask([doc, doc], tagset, "no")) == expected * 2


@pytest.mark.parametrize("tagset", [IOB2, FREE])
def test_gold_entities_end_where_they_end(nlp, tagset):
    ents = [(0, 2, "PER"), (2, 3, "PER"), (4, 5, "LOC")]
    example = make_example(nlp, list("abcdef"), ents, missing=[(3, 4)])
    mask, unlearnable = gold(example, tagset)
    assert mask == [{B_PER}, {I_PER}, {B_PER}, ALL - {I_PER}, {B_LOC}, {O}]
    assert unlearnable.total == 0


def test_after_a_gold_entity_an_unknown_one_may_begin(nlp):
    example = make_example(nlp, list("abc"), [(0, 1, "PER"), (1, 3, "ORG")])
    mask, unlearnable = gold(example)
    assert mask == [{B_PER}, ALL - {I_PER}, ALL]
    assert unlearnable.counts == {"unknown label ORG": 1}
    set_annotated_labels(example.reference, ["PER"])
    example.reference.set_ents([Span(example.reference, 0, 1, "LOC")], default="outside")
    assert gold(example)[0] == [{B_LOC}, {O, B_LOC}, {O, B_LOC, I_LOC}]


def test_white_space_inside_an_entity(nlp):
    example = make_example(nlp, ["a", "\n", "b"], [(0, 3, "PER")])
    mask, unlearnable = gold(example)
    assert mask == [ALL] * 3
    assert unlearnable.counts == {"holds white space": 1}


def test_sentence_starts_inside_an_entity(nlp):
    example = make_example(nlp, ["a", "b"], [(0, 2, "PER")], sent_starts=[True, True])
    assert gold(example)[1].counts == {"crosses a sentence start": 1}
    assert gold(example, FREE) == ([{B_PER}, {I_PER}], gold(example, FREE)[1])
    assert gold(example, FREE)[1].total == 0


def test_negative_spans_that_are_known_already(nlp):
    example = make_example(nlp, list("abcd"), [(0, 3, "PER")], missing=[(3, 4)])
    reference = example.reference
    spans = [(0, 2, "PER"), (0, 3, "PER"), (3, 4, "PER"), (2, 4, "PER")]
    reference.spans["no"] = [Span(reference, *span) for span in spans]
    structural = structural_mask([example.predicted], IOB2)
    known, _ = gold_mask([example], IOB2, structural)
    found, useless = negative_spans([example], IOB2, known & structural, "no")
    assert (found.starts.tolist(), found.ends.tolist()) == ([3], [4])
    assert useless.counts == {"is an entity of the annotation": 1}
