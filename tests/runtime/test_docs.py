"""Docs that no tokenizer made: of another vocab, cut out, joined, retokenised, read from a file."""

import numpy
import pytest
import spacy
import srsly
from spacy.tokens import Doc, DocBin

from ..pipeline.helpers import SMALL
from .helpers import TEXTS, assert_same, outcome, own_words

CHARS = {
    "@architectures": "spacy-lstm-ner.CharCNN.v1",
    "width": 8,
    "char_width": 4,
}


@pytest.fixture(scope="module")
def nlp():
    return own_words()


def words_of(doc):
    return [token.text for token in doc], [bool(token.whitespace_) for token in doc]


def fresh(doc, vocab=None):
    """The same tokens without any annotation."""
    words, spaces = words_of(doc)
    return Doc(doc.vocab if vocab is None else vocab, words=words, spaces=spaces)


def test_of_another_vocab(nlp):
    """Strings that the pipeline's vocab has never seen, and labels that theirs has not."""
    text = "Ada saw Unheardof1 in Unheardof2"
    vocab = spacy.blank("en").vocab
    doc = fresh(nlp.make_doc("Ada saw it"), vocab)
    other = Doc(vocab, words=text.replace("heard", "read").split())
    component = nlp.get_pipe("lstm_ner")
    found = outcome(component.pipe([doc, other]))
    assert "Unreadof1" not in nlp.vocab.strings
    assert_same(found, outcome(map(nlp, [doc.text, other.text])))
    assert other.vocab is vocab and {ent.label_ for ent in doc.ents} <= set(component.labels)


@pytest.mark.parametrize("text", TEXTS)
def test_cut_out(nlp, text):
    """`as_doc` keeps the entities inside; without them it is a text like any other."""
    doc = nlp(f"Then {text}")
    cut = doc[1:].as_doc()
    kept = [(ent.start - 1, ent.end - 1, ent.label_) for ent in doc.ents if ent.start >= 1]
    assert [(ent.start, ent.end, ent.label_) for ent in cut.ents] == kept
    again = nlp.get_pipe("lstm_ner")(cut.copy())
    assert set(kept) <= {(ent.start, ent.end, ent.label_) for ent in again.ents}
    bare = doc[1:].as_doc()
    bare.set_ents([], default="missing")
    (found,) = nlp.get_pipe("lstm_ner").pipe([bare])
    expected = nlp.get_pipe("lstm_ner")(fresh(bare))
    assert outcome([found]).ents == outcome([expected]).ents
    assert [e._.confidence for e in found.ents] == pytest.approx(
        [e._.confidence for e in expected.ents], abs=1e-5
    )


def test_retokenised(nlp):
    doc = nlp.make_doc("Ada Lovelace likes New York-based tea")
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[0:2])
        retokenizer.split(doc[4], ["Yo", "rk"], [doc[4], doc[4]])
    assert [token.text for token in doc][:5] == ["Ada Lovelace", "likes", "New", "Yo", "rk"]
    expected = nlp.get_pipe("lstm_ner")(fresh(doc))
    assert_same(outcome([nlp(doc)]), outcome([expected]))


def test_retokenised_afterwards(nlp):
    """Merged tokens of an entity are one token of it, and confidence is still found."""
    doc = nlp(TEXTS[1])
    (ent,) = [ent for ent in doc.ents if len(ent) > 1][:1]
    before = (ent.text, ent.label_, ent._.confidence)
    with doc.retokenize() as retokenizer:
        retokenizer.merge(ent)
    assert before in [(ent.text, ent.label_, ent._.confidence) for ent in doc.ents]


def test_joined(nlp):
    docs = [nlp(text) for text in TEXTS if text.strip()]
    joined = Doc.from_docs(docs)
    found = [(ent.text, ent.label_, ent._.confidence) for ent in joined.ents]
    assert found == [(e.text, e.label_, e._.confidence) for doc in docs for e in doc.ents]
    joined = Doc.from_docs([fresh(doc) for doc in docs])
    same = fresh(joined)
    for token in joined:
        same[token.i].is_sent_start = token.is_sent_start  # spaCy: each Doc begins a sentence
    assert_same(outcome([nlp(joined)]), outcome([nlp.get_pipe("lstm_ner")(same)]))


def from_bin(doc):
    stored = DocBin(docs=[doc], store_user_data=True).to_bytes()
    return next(DocBin().from_bytes(stored).get_docs(spacy.blank("en").vocab))


def from_json(doc):
    json = doc.to_json(underscore=["confidence"] if doc.user_data else None)  # else E106
    again = Doc(spacy.blank("en").vocab).from_json(srsly.json_loads(srsly.json_dumps(json)))
    # Doc.to_json has no place for attrs of groups.
    for key, group in doc.spans.items():
        again.spans[key].attrs.update(group.attrs)
    return again


def from_bytes(doc):
    return Doc(spacy.blank("en").vocab).from_bytes(doc.to_bytes())


@pytest.mark.parametrize("way", [from_bin, from_json, from_bytes])
def test_files_keep_entities_groups_and_confidence(nlp, way):
    docs = [doc for doc in nlp.pipe(TEXTS) if len(doc)]
    again = [way(doc) for doc in docs]
    assert len(outcome(docs).probabilities) > 10
    assert_same(outcome(again), outcome(docs), atol=1e-9)  # srsly writes ten digits
    for doc in again:  # scores and groups are of use: aligned with their spans
        scores = doc.spans["all"].attrs["scores"]
        assert [span._.confidence for span in doc.spans["all"]] == pytest.approx(list(scores))


def test_two_vocabs_in_one_batch_with_letters():
    tok2vec = {**SMALL["model"]["tok2vec"], "chars": CHARS}
    nlp = own_words(model={**SMALL["model"], "tok2vec": tok2vec})
    other = spacy.blank("en")
    texts = ["Ada saw Here1", "Ada saw There1"]
    docs = [nlp.make_doc(texts[0]), other.make_doc(texts[1])]
    with pytest.warns(UserWarning, match="each of them was annotated alone"):
        found = outcome(nlp.get_pipe("lstm_ner").pipe(docs))
    assert_same(found, outcome(map(nlp, texts)))
    assert len(found.probabilities) and numpy.isfinite(found.probabilities).all()
