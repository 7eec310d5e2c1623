import numpy
import pytest
from spacy.tokens import Doc, Span
from spacy.training import Example

from spacy_lstm_ner.ops.crf import crf_loss
from spacy_lstm_ner.ops.packing import pack_layout
from spacy_lstm_ner.tags.align import gold_mask
from spacy_lstm_ner.tags.annotated import set_annotated_labels
from spacy_lstm_ner.tags.constraints import scheme_constraints, structural_mask
from spacy_lstm_ner.tags.tagset import TagSet
from spacy_lstm_ner.tags.tally import Tally
from spacy_lstm_ner.types import Packed, TagScores

TAGS = TagSet(("PER", "LOC"))
O, B_PER, I_PER, L_PER, U_PER = range(5)
U_LOC = 8
ALL = set(range(9))


def make_example(nlp, words, ents=(), missing=(), default="outside", gold_words=None, **kwargs):
    """ents are (start, end, label) in tokens of the gold Doc, missing are (start, end)."""
    predicted = Doc(nlp.vocab, words=words, **kwargs)
    reference = Doc(nlp.vocab, words=gold_words or words)
    reference.set_ents(
        [Span(reference, start, end, label=label) for start, end, label in ents],
        missing=[reference[start:end] for start, end in missing],
        default=default,
    )
    return Example(predicted, reference)


def gold(examples, tagset=TAGS):
    structural = structural_mask([example.predicted for example in examples], tagset)
    mask, doubts = gold_mask(examples, tagset, structural)
    check_loss_is_finite(mask, structural, examples, tagset)
    return [set(numpy.flatnonzero(row).tolist()) for row in mask], doubts.unlearnable


def check_loss_is_finite(mask, structural, examples, tagset):
    layout = pack_layout(numpy, [len(example.predicted) for example in examples])
    nK = len(tagset)
    zeros = TagScores(
        Packed(numpy.zeros(mask.shape), layout),
        numpy.zeros(nK),
        numpy.zeros((nK, nK)),
        numpy.zeros(nK),
    )
    rows = layout.flat_rows
    loss, _ = crf_loss(zeros, scheme_constraints(tagset), structural[rows], mask[rows])
    assert numpy.isfinite(loss) and loss >= -1e-9


def test_full_annotation_is_one_hot(nlp):
    words = ["Ada", "King", "Noel", "met", "Bob"]
    example = make_example(nlp, words, [(0, 3, "PER"), (4, 5, "PER")])
    mask, unlearnable = gold([example])
    assert mask == [{B_PER}, {I_PER}, {L_PER}, {O}, {U_PER}]
    assert unlearnable.total == 0


def test_missing_tokens_are_free(nlp):
    example = make_example(nlp, ["Ada", "met", "Bob"], [(0, 1, "PER")], missing=[(2, 3)])
    assert gold([example])[0] == [{U_PER}, {O}, ALL]


def test_a_doc_without_annotation_is_free(nlp):
    example = Example(Doc(nlp.vocab, words=["a", "b"]), Doc(nlp.vocab, words=["a", "b"]))
    assert gold([example])[0] == [ALL, ALL]


def test_only_positives(nlp):
    example = make_example(nlp, ["Ada", "met", "Bob"], [(0, 1, "PER")], default="missing")
    assert gold([example])[0] == [{U_PER}, ALL, ALL]


@pytest.mark.parametrize("entities", [["U-PER", "-", "O"], ["U-PER", None, "O"]])
def test_unknown_tags_of_from_dict(nlp, entities):
    example = Example.from_dict(Doc(nlp.vocab, words=["Ada", "met", "Bob"]), {"entities": entities})
    assert gold([example])[0] == [{U_PER}, ALL, {O}]


def test_offsets_of_from_dict_say_everything(nlp):
    doc = Doc(nlp.vocab, words=["Ada", "met", "Bob"])
    assert gold([Example.from_dict(doc, {"entities": [(0, 3, "PER")]})])[0] == [{U_PER}, {O}, {O}]
    assert gold([Example.from_dict(doc, {"entities": []})])[0] == [{O}, {O}, {O}]
    assert gold([Example.from_dict(doc, {"words": ["Ada", "met", "Bob"]})])[0] == [ALL, ALL, ALL]


def test_a_blocked_token_is_known_to_be_outside(nlp):
    """spaCy's own alignment calls it missing."""
    example = make_example(nlp, ["Ada", "met", "Bob"], default="missing")
    example.reference.set_ents([], blocked=[example.reference[1:2]], default="unmodified")
    assert gold([example])[0] == [ALL, {O}, ALL]


def test_white_space_without_annotation_may_stand_in_an_entity(nlp):
    """spaCy's own alignment calls it O, with and without annotation around it."""
    words = ["Ada", "\n", "King", "\n", "met"]
    example = make_example(nlp, words, missing=[(0, 3)])
    assert gold([example])[0] == [ALL, ALL, ALL, {O}, {O}]
    example = make_example(nlp, words, gold_words=["Ada", "King", "met"], default="missing")
    assert gold([example])[0] == [ALL] * 5
    example = make_example(nlp, words, [(0, 1, "PER")], gold_words=["Ada", "King", "met"])
    assert gold([example])[0] == [{U_PER}, ALL, {O}, ALL, {O}]


LOCS = set(range(5, 9))


@pytest.mark.parametrize(
    "labels,outside",
    [(None, {O}), (["PER", "LOC"], {O}), (["PER"], {O} | LOCS), ([], ALL), (["ORG"], ALL)],
)
def test_tokens_may_have_labels_that_are_not_annotated(nlp, labels, outside):
    example = make_example(nlp, ["Ada", "met", "Bob"], [(0, 1, "PER")], missing=[(2, 3)])
    set_annotated_labels(example.reference, labels)
    assert gold([example])[0] == [{U_PER}, outside, ALL]


def test_each_doc_has_its_own_label_set(nlp):
    examples = [make_example(nlp, ["a"]) for _ in range(3)]
    set_annotated_labels(examples[0].reference, ["LOC"])
    set_annotated_labels(examples[2].reference, ["PER"])
    assert gold(examples)[0] == [ALL - LOCS, {O}, {O} | LOCS]


def test_entities_outside_the_label_set_stand_and_are_reported(nlp):
    example = make_example(nlp, ["Ada", "in", "Rome"], [(0, 1, "PER"), (2, 3, "LOC")])
    set_annotated_labels(example.reference, ["PER"])
    mask, unlearnable = gold([example])
    assert mask == [{U_PER}, {O} | LOCS, {U_LOC}] and unlearnable.total == 0
    doubts = gold_mask([example], TAGS, structural_mask([example.predicted], TAGS))[1]
    assert doubts.undeclared.counts == {"LOC": 1}
    assert doubts.undeclared.shown == ["'Rome' (LOC)"]


def test_misaligned_entities_are_missing_and_reported(nlp):
    example = make_example(
        nlp,
        ["in", "New", "York-based"],
        [(1, 3, "LOC")],
        gold_words=["in", "New", "York", "-based"],
    )
    mask, unlearnable = gold([example])
    assert mask == [{O}, ALL, ALL]
    assert unlearnable.counts == {"does not align with the tokens": 1}
    assert unlearnable.shown == ["'New York' (does not align with the tokens)"]


def test_entities_align_over_different_tokens(nlp):
    """One predicted token for two gold ones, and two for one."""
    reference = Doc(nlp.vocab, words=["St.", "Ives", "can't"], spaces=[False, True, False])
    reference.ents = [Span(reference, 0, 2, label="LOC")]
    words, spaces = ["St.Ives", "ca", "n't"], [True, False, False]
    example = Example(Doc(nlp.vocab, words=words, spaces=spaces), reference)
    mask, unlearnable = gold([example])
    assert mask == [{U_LOC}, {O}, {O}]
    assert unlearnable.total == 0


@pytest.mark.parametrize(
    "words,start,end", [(["\n", "Ada", "x"], 0, 2), (["Ada", "\n", "x"], 0, 2), (["\n", "x"], 0, 1)]
)
def test_white_space_at_an_edge(nlp, words, start, end):
    mask, unlearnable = gold([make_example(nlp, words, [(start, end, "PER")])])
    assert mask[start:end] == [ALL] * (end - start)
    assert mask[end:] == [{O}] * (len(words) - end)
    assert unlearnable.counts == {"begins or ends with white space": 1}


def test_white_space_inside_is_learned(nlp):
    mask, unlearnable = gold([make_example(nlp, ["Ada", "\n", "King"], [(0, 3, "PER")])])
    assert mask == [{B_PER}, {I_PER}, {L_PER}] and unlearnable.total == 0


def test_sentence_starts(nlp):
    starts = [True, False, True, False]
    words = ["Ada", "King", "Noel", "Byron"]
    crossing = make_example(nlp, words, [(1, 3, "PER")], sent_starts=starts)
    mask, unlearnable = gold([crossing])
    assert mask == [{O}, ALL, ALL, {O}]
    assert unlearnable.counts == {"crosses a sentence start": 1}
    inside = make_example(nlp, words, [(0, 2, "PER"), (2, 4, "PER")], sent_starts=starts)
    assert gold([inside])[1].total == 0


def test_unknown_labels(nlp):
    example = make_example(nlp, ["Acme", "met", "Bob"], [(0, 1, "ORG"), (2, 3, "PER")])
    mask, unlearnable = gold([example])
    assert mask == [ALL, {O}, {U_PER}]
    assert unlearnable.counts == {"unknown label ORG": 1}


def test_preset_entities_of_the_predicted_doc_change_nothing(nlp):
    example = make_example(nlp, ["Ada", "met", "Bob"], [(0, 1, "PER")])
    example.predicted.ents = [Span(example.predicted, 1, 3, label="LOC")]
    assert gold([example])[0] == [{U_PER}, {O}, {O}]


def test_batches_with_empty_docs(nlp):
    examples = [
        make_example(nlp, []),
        make_example(nlp, ["Bob"], [(0, 1, "PER")]),
        make_example(nlp, []),
        make_example(nlp, ["met"]),
    ]
    assert gold(examples)[0] == [{U_PER}, {O}]


def test_reports_add_up():
    total = Tally()
    for n in range(4):
        part = Tally()
        part.add(f"text {n}", "reason a")
        part.add(f"text {n}", f"reason {n % 2}")
        total.extend(part)
    assert total.total == 8
    assert total.counts == {"reason a": 4, "reason 0": 2, "reason 1": 2}
    assert len(total.shown) == 5


def test_equal_tokens_take_the_short_way_to_the_same_mask(nlp, monkeypatch):
    """Nothing is aligned where the tokens are the same; the way over spaCy's alignment agrees."""
    words = ["a", "\n", "b", "c", "d", " ", "e", "f"]
    examples = []
    for ents, missing, blocked in [
        ([(0, 3, "PER"), (4, 5, "LOC")], [3], [7]),
        ([(2, 5, "PER")], [], [0]),
        ([], [1, 2], [4]),
        ([(6, 8, "ORG")], [5], []),
    ]:
        gold = Doc(nlp.vocab, words=words)
        spans = [[gold[i : i + 1] for i in tokens] for tokens in (missing, blocked)]
        gold.set_ents(
            [Span(gold, *ent) for ent in ents],
            missing=spans[0],
            blocked=spans[1],
            default="outside" if ents else "missing",
        )
        examples.append(Example(Doc(nlp.vocab, words=words), gold))
    structural = structural_mask([example.predicted for example in examples], TAGS)
    short = gold_mask(examples, TAGS, structural)
    monkeypatch.setattr("numpy.array_equal", lambda *arrays: False)
    long = gold_mask(examples, TAGS, structural)
    numpy.testing.assert_equal(short[0], long[0])
    assert short[1] == long[1] and short[1].unlearnable.total == 1
