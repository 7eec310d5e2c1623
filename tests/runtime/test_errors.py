"""A document that fails in a stream: who hears of it, and what becomes of the others."""

import pytest

from .helpers import TEXTS, assert_same, outcome, own_words

BAD = "the bad one"
STREAM = [*TEXTS, BAD, *TEXTS, BAD]


@pytest.fixture(scope="module")
def trained():
    return own_words()


@pytest.fixture
def nlp(trained, monkeypatch):
    """A pipeline that cannot read one text, as if memory did not suffice for it."""
    component = trained.get_pipe("lstm_ner")
    predict = component.predict

    def fail(docs):
        if any(doc.text == BAD for doc in docs):
            raise MemoryError("too long")
        return predict(docs)

    monkeypatch.setattr(component, "predict", fail)
    handlers = trained.default_error_handler, component.get_error_handler()
    yield trained
    trained.default_error_handler = handlers[0]
    component.set_error_handler(handlers[1])


@pytest.fixture
def heard(nlp):
    calls = []
    nlp.set_error_handler(lambda name, pipe, docs, error: calls.append((name, docs, error)))
    return calls


@pytest.mark.parametrize("batch_size", [1, 4, 1000])
def test_batch_mates_get_their_answers(nlp, heard, batch_size):
    stream = nlp.pipe(zip(STREAM, range(99)), as_tuples=True, batch_size=batch_size)
    docs, contexts = zip(*stream)
    n = len(TEXTS)
    assert contexts == (*range(n), *range(n + 1, 2 * n + 1))
    assert [(name, [doc.text for doc in docs]) for name, docs, _ in heard] == [
        ("lstm_ner", [BAD])
    ] * 2
    assert {type(error) for *_, error in heard} == {MemoryError}
    assert_same(outcome(docs), outcome(nlp.pipe([*TEXTS, *TEXTS])))


def test_the_error_itself_is_raised_where_nobody_handles_it(nlp):
    stream = nlp.pipe(STREAM, batch_size=4)
    with pytest.raises(MemoryError, match="too long") as stopped:
        list(stream)
    assert stopped.value.__context__ is None  # not a second one on top of the batch's
    with pytest.raises(MemoryError, match="too long"):
        nlp(BAD)


def test_a_call_hands_over_its_document(nlp, heard):
    with pytest.raises(ValueError, match="E005"):  # spaCy: a pipe must return a Doc
        nlp(BAD)
    assert [[doc.text for doc in docs] for _, docs, _ in heard] == [[BAD]]


def test_a_batch_that_cannot_be_written_goes_whole(nlp, heard, monkeypatch):
    """Some Docs of it may be written to already: to read them anew could give another answer."""
    component = nlp.get_pipe("lstm_ner")
    write = component.set_annotations

    def fail(docs, prediction):
        if any(doc.text == TEXTS[0] for doc in docs):
            raise ValueError("no room")
        write(docs, prediction)

    monkeypatch.setattr(component, "set_annotations", fail)
    found = [doc.text for doc in nlp.pipe(TEXTS, batch_size=3)]
    assert found == TEXTS[3:]
    assert [[doc.text for doc in docs] for _, docs, _ in heard] == [TEXTS[:3]]


def test_a_batch_that_fails_though_none_of_its_documents_does(nlp, heard, monkeypatch):
    """Else only the clock would tell."""
    component = nlp.get_pipe("lstm_ner")
    expected = outcome(nlp.pipe(TEXTS))
    predict = component.predict

    def fail(docs):
        if len(docs) > 1:
            raise MemoryError("too much at once")
        return predict(docs)

    monkeypatch.setattr(component, "predict", fail)
    with pytest.warns(UserWarning, match=r"batch of 2 .*MemoryError\('too much") as said:
        docs = list(nlp.pipe(TEXTS, batch_size=2))
    assert_same(outcome(docs), expected)
    assert len(said) == 1 and not heard


def test_in_other_processes(nlp):
    expected = outcome(nlp.pipe(TEXTS * 2))
    nlp.set_error_handler(ignore)
    assert_same(outcome(nlp.pipe(STREAM, n_process=2, batch_size=5)), expected)


def ignore(name, pipe, docs, error):
    """An error handler of a module, which may be sent to another process."""
