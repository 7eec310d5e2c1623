"""spaCy's commands on trained pipelines: what they find, print and write."""

import json
import re

import pytest
import spacy
import srsly
from spacy.tokens import DocBin
from thinc.api import Config

from tests.pipeline.helpers import TRAIN, UNSURE, ents_of, make_examples, train_unsure

from .helpers import do, try_to, words

TEXTS = [text for text, _ in TRAIN]


@pytest.fixture(scope="module")
def nlp(work):
    return spacy.load(work.model)


@pytest.fixture(scope="module")
def unsure(tmp_path_factory):
    path = tmp_path_factory.mktemp("unsure") / "model"
    train_unsure().to_disk(path)
    return path


@pytest.fixture(scope="module")
def expected(nlp):
    found = [ents_of(doc) for doc in nlp.pipe(TEXTS)]
    assert found == [ents for _, ents in TRAIN]
    return found


def read(path, nlp):
    return list(DocBin().from_disk(path).get_docs(nlp.vocab))


@pytest.mark.parametrize("command", [["evaluate"], ["benchmark", "accuracy"]])
def test_scores_are_those_of_nlp_evaluate(unsure, tmp_path, command):
    """Of a pipeline that is neither always right nor always wrong."""
    nlp = spacy.load(unsure)
    examples = make_examples(nlp, [*UNSURE, *TRAIN])
    DocBin(docs=[example.reference for example in examples]).to_disk(tmp_path / "gold.spacy")
    more = ("--output", tmp_path / "scores.json")
    printed = do(*command, unsure, tmp_path / "gold.spacy", *more)
    scores = json.loads((tmp_path / "scores.json").read_text("utf8"))
    in_python = json.loads(srsly.json_dumps(nlp.evaluate(examples)))  # ten digits
    keys = ("ents_p", "ents_r", "ents_f", "ents_per_type", "ents_tag_acc", "token_acc")
    assert {key: scores[key] for key in keys} == {key: in_python[key] for key in keys}
    assert all(0 < scores[f"ents_{key}"] < 1 for key in ("p", "r", "f", "tag_acc"))
    assert re.search(rf"NER F +{100 * scores['ents_f']:.2f}", printed)


def test_evaluate_of_spacy_writes_no_page_and_ours_does(work, tmp_path):
    do("evaluate", work.model, work.gold, "--displacy-path", tmp_path)
    assert not (tmp_path / "entities.html").exists()
    do("lstm-ner", "evaluate", work.model, work.gold, "--displacy-path", tmp_path)
    assert ">MONEY</span>" in words((tmp_path / "entities.html").read_text("utf8"))


def test_speed_is_measured(work):
    printed = do("benchmark", "speed", work.model, work.gold, "--warmup", 1, "--batches", 30)
    assert float(re.search(r"Mean: ([\d.]+) words/s", printed)[1]) > 1000


def test_find_threshold_tries_the_scalar_setting(work):
    args = (work.model, work.gold, "lstm_ner", "threshold", "ents_f", "--n_trials", 3)
    rows = [line.split() for line in do("find-threshold", *args).splitlines()]
    assert ["0.0", "1.0"] in rows and ["1.0", "0.0"] in rows  # nothing is wholly certain
    assert ["Best", "threshold:", "0.0", "with", "ents_f", "value", "of", "1.0."] in rows


@pytest.mark.parametrize("n_process", [1, 2])
def test_apply_to_json_lines(work, nlp, expected, tmp_path, n_process):
    lines = "".join(json.dumps({"body": text}) + "\n" for text in TEXTS)
    (tmp_path / "texts.jsonl").write_text(lines, encoding="utf8")
    out = tmp_path / "out.spacy"
    more = ["--text-key", "body", "--n-process", n_process]
    do("apply", work.model, tmp_path / "texts.jsonl", out, *more)
    assert [ents_of(doc) for doc in read(out, nlp)] == expected


def test_apply_to_a_folder_and_to_documents(work, nlp, expected, tmp_path):
    (tmp_path / "texts").mkdir()
    for number, text in enumerate(TEXTS):
        (tmp_path / "texts" / f"{number}.txt").write_text(text, encoding="utf8")
    do("apply", work.model, tmp_path / "texts", tmp_path / "a.spacy")
    DocBin(docs=[nlp.make_doc(text) for text in TEXTS]).to_disk(tmp_path / "plain.spacy")
    do("apply", work.model, tmp_path / "plain.spacy", tmp_path / "b.spacy")
    by_text = dict(zip(TEXTS, expected))
    for name in ("a", "b"):
        docs = read(tmp_path / f"{name}.spacy", nlp)
        assert {doc.text: ents_of(doc) for doc in docs} == by_text


def test_assemble(work, nlp, expected, tmp_path):
    source = {"lstm_ner": {"source": str(work.model)}}
    config = {"nlp": {"lang": "en", "pipeline": ["lstm_ner"]}, "components": source}
    Config(config).to_disk(tmp_path / "config.cfg")
    do("assemble", tmp_path / "config.cfg", tmp_path / "out")
    assembled = spacy.load(tmp_path / "out")
    assert [ents_of(doc) for doc in assembled.pipe(TEXTS)] == expected


def test_assemble_without_source_needs_labels(work, tmp_path):
    refused = try_to("assemble", work.config, tmp_path / "out", *work.paths)
    assert "[initialize.components.lstm_ner.labels]" in str(refused.exception)
    config = Config().from_disk(work.config, interpolate=False)
    config["initialize"]["components"]["lstm_ner"] = {"labels": ["LOC", "PER"]}
    config.to_disk(tmp_path / "config.cfg")
    do("assemble", tmp_path / "config.cfg", tmp_path / "out", *work.paths)
    assert spacy.load(tmp_path / "out").pipe_labels["lstm_ner"] == ["LOC", "PER"]


@pytest.mark.parametrize(
    "name, text",
    [
        ("a.iob", "Ann|B-PER saw|O Rome|B-LOC\n"),
        ("a.conll", "Ann N B-PER\nsaw V O\nRome N B-LOC\n"),
    ],
)
def test_what_convert_writes_is_learned(work, tmp_path, name, text):
    (tmp_path / name).write_text(text * 3, encoding="utf8")
    do("convert", tmp_path / name, tmp_path)
    few = ["--training.max_steps=2", "--training.eval_frequency=2"]
    paths = [f"--paths.{part}={tmp_path / 'a.spacy'}" for part in ("train", "dev")]
    do("train", work.config, *paths, *few, "--output", tmp_path / "out")
    assert spacy.load(tmp_path / "out" / "model-last").pipe_labels["lstm_ner"] == ["LOC", "PER"]
