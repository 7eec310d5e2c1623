"""`spacy pretrain` with the config fragments of docs/pretraining.md, as they are written there."""

import re
from pathlib import Path

import pytest
import spacy
import srsly
from thinc.api import Config

from tests.training.runs import WORDS

from .helpers import ROOT, do, try_to, words

PAGE = (ROOT / "docs" / "pretraining.md").read_text("utf8")
INSIDE, SHARED = re.findall(r"^```ini\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
PIPELINE = 'pipeline = ["tok2vec","lstm_ner"]'
assert f"`{PIPELINE}`" in PAGE
EPOCHS = ["--pretraining.max_epochs=3", "--pretraining.n_save_epoch=1"]
VECTORS = {
    "initialize": {"vectors": "vectors"},
    "pretraining": {
        "objective": {
            "@architectures": "spacy.PretrainVectors.v1",
            "maxout_pieces": 3,
            "hidden_size": 20,
            "loss": "cosine",
        }
    },
}


def write_config(fragment, more=None):
    """What the page tells the reader to do in an editor, in the current folder."""
    do("lstm-ner", "init-config", "base.cfg")
    base = Path("base.cfg")
    sections = re.split(r"^(?=\[)", base.read_text("utf8"), flags=re.MULTILINE)
    gone = ("[components.lstm_ner.model]", "[components.lstm_ner.model.", "[pretraining]")
    kept = [section for section in sections if not section.startswith(gone)]
    assert len(sections) - len(kept) == 3
    text = "".join(kept) + "\n" + fragment
    if fragment == SHARED:
        text = text.replace('pipeline = ["lstm_ner"]', PIPELINE)
    base.write_text(text, encoding="utf8")
    printed = do("init", "fill-config", "base.cfg", "config.cfg", "--pretraining")
    assert ("No tok2vec component found" in words(printed)) == (fragment == INSIDE)
    if more is not None:
        filled = Config().from_disk("config.cfg", interpolate=False)
        del filled["pretraining"]["objective"]
        filled.merge(more).to_disk("config.cfg", interpolate=False)


def layer_of(nlp):
    settings = nlp.config["pretraining"]
    model = nlp.get_pipe(settings["component"]).model
    return model.get_ref(settings["layer"]) if settings["layer"] else model


def params_of(model):
    found = {}
    for number, node in enumerate(model.walk()):
        for name in node.param_names:
            found[number, name] = node.get_param(name)
    return found


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    texts = [" ".join(WORDS[i:] + WORDS[:i]) for i in range(len(WORDS))]
    srsly.write_jsonl("raw.jsonl", [{"text": text} for text in texts])
    lines = [f"{word} {number} 1 0" for number, word in enumerate(WORDS)]
    text = "\n".join([f"{len(WORDS)} 3", *lines])
    (tmp_path / "vectors.txt").write_text(text, encoding="utf8")
    return tmp_path


@pytest.mark.parametrize(
    "fragment, more",
    [(INSIDE, None), (SHARED, None), (INSIDE, VECTORS)],
    ids=["inside", "shared", "vectors"],
)
def test_weights_are_learned_and_taken_over(work, folder, fragment, more):
    if more is not None:
        do("init", "vectors", "en", "vectors.txt", "vectors")
    write_config(fragment, more)
    do("pretrain", "config.cfg", "weights", "--paths.raw_text=raw.jsonl", *EPOCHS)
    losses = [row["epoch_loss"] for row in srsly.read_jsonl("weights/log.jsonl")]
    assert losses[2] < losses[0]
    do("init", "nlp", "config.cfg", "fresh", *work.paths)
    weights = "--paths.init_tok2vec=weights/model2.bin"
    do("init", "nlp", "config.cfg", "taken", *work.paths, weights)
    fresh, taken = spacy.load("fresh"), spacy.load("taken")
    stored = layer_of(spacy.load("fresh")).from_bytes((folder / "weights/model2.bin").read_bytes())
    learned, found, before = (
        params_of(model) for model in (stored, layer_of(taken), layer_of(fresh))
    )
    assert {name for _, name in learned} >= {"E", "Wx", "Wh", "b"}
    for key, array in learned.items():
        assert (found[key] == array).all(), key
    assert any((before[key] != array).any() for key, array in learned.items())
    analyses = [
        nlp.get_pipe("lstm_ner").analyse(nlp.pipe(["Ann saw Rome"])) for nlp in (fresh, taken)
    ]
    assert abs(analyses[0].entropies() - analyses[1].entropies()).max() > 1e-4


def test_it_goes_on_and_weights_of_another_size_are_refused(work, folder):
    write_config(INSIDE)
    args = ("pretrain", "config.cfg", "weights", "--paths.raw_text=raw.jsonl")
    do(*args, "--pretraining.max_epochs=1")
    do(*args, "--pretraining.max_epochs=2", "--resume-path", "weights/model0.bin")
    assert [row["epoch"] for row in srsly.read_jsonl("weights/log.jsonl")] == [0, 1, 1, 2]
    assert (folder / "weights" / "model1.bin").exists()
    other = "--components.lstm_ner.model.tok2vec.encode.width=100"
    weights = "--paths.init_tok2vec=weights/model0.bin"
    result = try_to("init", "nlp", "config.cfg", "out", *work.paths, weights, other)
    assert result.exit_code == 1 and "from 100 to 200" in str(result.exception)
