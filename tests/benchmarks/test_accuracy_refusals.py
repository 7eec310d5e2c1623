"""What cannot be run, or was stored by another run, is refused before anything is trained."""

from pathlib import Path

import pytest
import spacy
import srsly
from spacy.tokens import Doc, DocBin

from benchmarks.accuracy import pipelines

from .accuracy_runs import CONFIG, message_of, run, write_corpus, write_part


@pytest.fixture
def corpus(tmp_path):
    return write_corpus(tmp_path / "small")


@pytest.fixture
def no_training(monkeypatch):
    monkeypatch.setattr(pipelines, "train", None)


def test_two_of_one_name_are_refused(tmp_path, corpus):
    (tmp_path / "other").mkdir()
    other = write_corpus(tmp_path / "other" / "small")
    for refused, what in (
        (run(corpus, tmp_path, str(other)), "The corpus name small"),
        (run(corpus, tmp_path, "--config", f"tags={CONFIG}"), "The config name tags"),
    ):
        assert refused.exit_code == 2 and f"{what} was given 2 times" in message_of(refused)
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize("stored", ["result", "pipeline"])
def test_another_corpus_of_the_same_name_is_refused(tmp_path, corpus, stored):
    """Of its parts, those count that both runs look at: a trial does not know the test part."""
    assert run(corpus, tmp_path).exit_code == 0
    result = tmp_path / "results" / "small-tags-0.json"
    if stored == "pipeline":
        result.unlink()
    (corpus / "test.spacy").write_bytes((corpus / "train.spacy").read_bytes())
    assert run(corpus, tmp_path, "--test").exit_code == 0
    if stored == "pipeline":
        result.unlink()
    write_part(corpus, "dev", ["Ada/B-PER sings"])
    refused = run(corpus, tmp_path)
    assert refused.exit_code == 2 and "with another dev.spacy than" in message_of(refused)


def test_another_test_part_is_refused_when_it_is_asked_for(tmp_path, corpus):
    assert run(corpus, tmp_path, "--test").exit_code == 0
    write_part(corpus, "test", ["Ada/B-PER sings"])
    assert run(corpus, tmp_path).exit_code == 0
    refused = run(corpus, tmp_path, "--test")
    assert refused.exit_code == 2 and "with another test.spacy than" in message_of(refused)


@pytest.mark.parametrize("what", ["overrides", "vectors", "config"])
@pytest.mark.parametrize("stored", ["result", "pipeline"])
def test_what_was_made_with_other_settings_is_refused(tmp_path, corpus, monkeypatch, stored, what):
    """By the result, or where there is none, by the pipeline that was kept; nothing is changed."""
    monkeypatch.chdir(tmp_path)
    Path("other.cfg").write_text(f"# other text\n{CONFIG.read_text('utf8')}", encoding="utf8")
    spacy.blank("en").to_disk("table")
    assert run(corpus, tmp_path).exit_code == 0
    result = tmp_path / "results" / "small-tags-0.json"
    done = srsly.read_json(tmp_path / "models" / "small-tags-0" / "done.json")
    assert srsly.read_json(result)["settings_hash"] == done["settings_hash"]
    if stored == "pipeline":
        result.unlink()
    before = sorted(tmp_path.rglob("*"))
    if what == "config":
        refused = run(corpus, tmp_path, config="tags=other.cfg")
    elif what == "vectors":
        refused = run(corpus, tmp_path, "--vectors", "table")
    else:
        refused = run(corpus, tmp_path, "--set", "training.max_steps=7")
    assert refused.exit_code == 2 and "or remove what is there" in message_of(refused)
    assert sorted(tmp_path.rglob("*")) == before
    assert run(corpus, tmp_path).exit_code == 0


@pytest.mark.parametrize(
    ("part", "content", "rule"),
    [
        ("train", None, "train.spacy is not there, expected"),
        ("dev", None, "dev.spacy is not there, expected"),
        ("test", None, "test.spacy is not there, expected"),
        ("train", ["he sings"], "train.spacy has no annotated entity, expected at least one"),
        ("dev", ["he sings"], "dev.spacy has no annotated entity, expected at least one"),
        ("test", ["he sings"], "test.spacy has no annotated entity, expected at least one"),
        ("dev", b"damaged", "dev.spacy"),
    ],
)
def test_a_bad_corpus_is_refused_before_the_first_run(
    tmp_path, corpus, no_training, part, content, rule
):
    bad = write_corpus(tmp_path / "bad")
    path = bad / f"{part}.spacy"
    if content is None:
        path.unlink()
    elif isinstance(content, bytes):
        path.write_bytes(content)
    else:
        write_part(bad, part, content)
    refused = run(corpus, tmp_path, str(bad), "--test")
    assert refused.exit_code == 2 and not (tmp_path / "results").exists()
    said = "".join(message_of(refused).split())  # a long path is broken
    assert "".join(f"{bad}/{rule}".split()) in said


def test_a_part_without_annotation_is_refused(tmp_path, corpus, no_training):
    """As for a file of texts: spaCy's scorer has no F1 of it."""
    words = Doc(spacy.blank("en").vocab, ["Rome", "sings"])
    assert not words.has_annotation("ENT_IOB")
    DocBin(docs=[words]).to_disk(corpus / "test.spacy")
    refused = run(corpus, tmp_path, "--test")
    assert refused.exit_code == 2 and "has no annotated entity" in message_of(refused)


@pytest.mark.parametrize(
    ("option", "rule"),
    [
        (["--seeds", "0,,1"], "--seeds 0,,1 holds '', expected whole numbers"),
        (["--seeds", "0,one"], "--seeds 0,one holds 'one', expected whole numbers"),
        (["--seeds", "-1"], "--seeds -1 holds '-1', expected whole numbers"),
        (["--set", "foo"], "--set foo is no setting, expected dotted.name=value"),
        (["--set", "=1"], "--set =1 is no setting, expected dotted.name=value"),
        (["--config", "none.cfg"], "none.cfg is no file, expected a config"),
    ],
)
def test_bad_options_are_refused_before_the_first_run(tmp_path, corpus, no_training, option, rule):
    refused = run(corpus, tmp_path, *option)
    assert refused.exit_code == 2 and rule in message_of(refused)
    assert not (tmp_path / "results").exists()


def test_a_bad_result_is_named(tmp_path, corpus, no_training):
    path = tmp_path / "results" / "small-tags-0.json"
    path.parent.mkdir()
    for text, what in (('{"corpus": "sm', "is no JSON"), ('{"corpus": "small"}', "lacks name,")):
        path.write_text(text)
        refused = run(corpus, tmp_path)
        said = "".join(message_of(refused).split())
        assert refused.exit_code == 2 and "".join(f"{path} {what}".split()) in said
        assert "Removethefileandrunagain." in said and path.read_text() == text
