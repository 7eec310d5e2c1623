from spacy_lstm_ner.data.mentions import Mention, mention
from spacy_lstm_ner.data.stats import Lengths, count

from .helpers import make_docs


def test_counts(nlp):
    docs = make_docs(
        nlp.vocab,
        "In [Rome|GPE] and [New York|GPE] ?now",
        "[Bank of the West|ORG]",
        "nothing here",
    )
    docs[0][0].is_sent_start = True
    for token in docs[0][1:]:
        token.is_sent_start = token.i == 2
    counts = count(docs)
    assert (counts.docs, counts.tokens, counts.missing, counts.entities) == (3, 12, 1, 3)
    assert counts.sentences == 2  # of the first Doc: the others have none set
    assert counts.labels == {"GPE": 2, "ORG": 1}
    assert counts.tags == {
        "O": 4,
        "U-GPE": 1,
        "B-GPE": 1,
        "I-GPE": 0,
        "L-GPE": 1,
        "B-ORG": 1,
        "I-ORG": 2,
        "L-ORG": 1,
    }
    assert sum(counts.tags.values()) + counts.missing == counts.tokens
    assert counts.doc_lengths == Lengths(2, 4, 6, 6)
    assert counts.ent_widths == Lengths(1, 2, 4, 4)


def test_the_95th_of_100(nlp):
    docs = make_docs(nlp.vocab, *("w " * length for length in range(100, 0, -1)))
    assert count(docs).doc_lengths == Lengths(1, 50, 95, 100)


def test_no_sentences_and_no_docs(nlp):
    assert count(make_docs(nlp.vocab, "a b", "c d")).sentences is None
    empty = count([])
    assert (empty.docs, empty.tokens, empty.sentences) == (0, 0, None)
    assert empty.doc_lengths == empty.ent_widths == Lengths()


def test_context(nlp):
    (doc,) = make_docs(nlp.vocab, "a b c d e [New York|GPE] f g h i j")
    assert mention("dev", 7, doc.ents[0]) == Mention(
        "dev", 7, "New York", "GPE", "b c d e [New York] f g h i"
    )
    assert mention("dev", 7, doc[:1]).context == "[a] b c d e"
    assert mention("dev", 7, doc[-1:]).context == "f g h i [j]"
