"""Training runs that keep step."""

import random

import numpy
import pytest
from spacy.training import Corpus as SpacyCorpus

from spacy_lstm_ner.data.readers import Corpus
from spacy_lstm_ner.scale.training.deal import deal_out
from spacy_lstm_ner.training.random_states import CHEAP, get_states

from ..training.runs import digests, write_corpus


@pytest.mark.parametrize("reader", [Corpus, SpacyCorpus])
def test_each_document_has_one_worker(tmp_path, nlp, reader):
    write_corpus(tmp_path / "train.spacy", 10)
    corpus = reader(tmp_path / "train.spacy")
    everything = [example.reference.text for example in corpus(nlp)]
    parts = [deal_out(corpus, shard, 3, get_states(CHEAP)) for shard in range(3)]
    for _ in range(2):
        found = [[example.reference.text for example in part(nlp)] for part in parts]
        assert found == [everything[shard::3] for shard in range(3)]
    assert [example.reference.text for example in corpus(nlp)] == everything


def test_a_share_of_a_share(tmp_path, nlp):
    write_corpus(tmp_path / "train.spacy", 12)
    half = Corpus(tmp_path / "train.spacy", shard=1, num_shards=2)
    of_half = [example.reference.text for example in half(nlp)]
    part = deal_out(half, 1, 3, get_states(CHEAP))
    assert [example.reference.text for example in part(nlp)] == of_half[1::3]


def test_readers_that_draw_give_parts_of_one_order(nlp):
    """Workers have other random states; each document still has one worker, in each pass another
    order, and what they draw besides is their own."""

    def read(nlp):
        numbers = list(range(250))
        random.shuffle(numbers)
        for number in numbers:
            yield number, random.random(), numpy.random.random()

    random.seed(0)
    states = get_states(CHEAP)
    passes, drawn = [[], []], []
    for shard in range(2):
        random.seed(shard)
        part = deal_out(read, shard, 2, dict(states))
        for found in passes:
            for item in part(nlp):
                found.append(item)
                drawn.append(random.random())
    for found in passes:
        assert sorted(number for number, *_ in found) == list(range(250))
    assert len(set(passes[0]) | set(passes[1])) == 500
    assert [number for number, *_ in passes[0]] != [number for number, *_ in passes[1]]
    for shard in range(2):
        random.seed(shard)
        assert drawn[250 * shard : 250 * shard + 250] == [random.random() for _ in range(250)]


@pytest.mark.slow
def test_two_workers_train_one_pipeline(trained_by_two):
    """Equal steps, each document once an epoch on one worker, all files written by the first; and a
    run in three parts ends with the bytes of one that was never stopped."""
    tmp_path, printed = trained_by_two
    assert "SCORE" in printed[0]
    assert "SCORE" not in printed[1]
    steps = [
        [line.split() for line in (tmp_path / f"whole-{rank}.txt").read_text().splitlines()]
        for rank in (0, 1)
    ]
    assert [line[:2] for line in steps[0]] == [line[:2] for line in steps[1]]
    assert len(steps[0]) == 13
    documents = {f"word{number}" for number in range(39)}
    n_epochs = int(steps[0][-1][0])
    assert n_epochs >= 2
    for epoch in range(n_epochs):
        read = [
            word for part in steps for line in part if line[0] == str(epoch) for word in line[2:]
        ]
        assert sorted(read) == sorted(documents)
    assert any(len(line) == 2 for line in steps[1])  # the smaller part: a step without documents
    for rank in (0, 1):
        parts = (tmp_path / f"parts-{rank}.txt").read_text().splitlines()
        assert parts == (tmp_path / f"whole-{rank}.txt").read_text().splitlines()
    whole, parts = digests(tmp_path / "whole"), digests(tmp_path / "parts")
    for found in (whole, parts):  # the best model may be of an earlier part, with its max_steps
        del found["model-best/config.cfg"]
    assert parts == whole
