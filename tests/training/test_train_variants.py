"""Runs of all kinds that go on: readers, batchers, optimizers, components, callbacks."""

import random
from pathlib import Path
from typing import Any, Dict, List

import pytest
from spacy.util import registry

from .runs import CONFIG, TRAINED_VECTORS, digests, spacy_train, train, train_in_parts, write_run

TOK2VEC = """
[components.tok2vec]
factory = "tok2vec"

[components.tok2vec.model]
@architectures = "spacy.HashEmbedCNN.v2"
width = 12
depth = 1
embed_size = 50
window_size = 1
maxout_pieces = 2
subword_features = true
pretrained_vectors = null

[components.ner]
factory = "ner"

[components.ner.model]
@architectures = "spacy.TransitionBasedParser.v2"
state_type = "ner"
extra_state_tokens = false
hidden_width = 8
maxout_pieces = 2
use_upper = true

[components.ner.model.tok2vec]
@architectures = "spacy.Tok2VecListener.v1"
width = 12

[components.lstm_ner]
factory = "lstm_ner"

[components.lstm_ner.model]
@architectures = "spacy-lstm-ner.LSTMTagger.v1"
width = 12
depth = 1

[components.lstm_ner.model.tok2vec]
@architectures = "spacy.Tok2VecListener.v1"
width = 12

[corpora]
"""
TORCH = """
[components.lstm_ner.model.tok2vec]
@architectures = "spacy.Tok2Vec.v2"

[components.lstm_ner.model.tok2vec.embed]
@architectures = "spacy-lstm-ner.WordEmbed.v1"
width = 8
attrs = ["NORM", "SHAPE"]
rows = [50, 50]

[components.lstm_ner.model.tok2vec.encode]
@architectures = "spacy.TorchBiLSTMEncoder.v1"
width = 16
depth = 1
dropout = 0.0
"""


def changed(*changes: tuple[str, str]) -> str:
    config = CONFIG
    for old, new in changes:
        assert old in config
        config = config.replace(old, new)
    return config


OURS = CONFIG[CONFIG.index("[components.lstm_ner]") : CONFIG.index("[corpora]") + 10]
EMBED = OURS[OURS.index("[components.lstm_ner.model.tok2vec]") : OURS.index("[corpora]")]
TRAIN = '"spacy.Corpus.v1"\npath = ${paths.train}'
AUGMENTED = '"spacy-lstm-ner.Corpus.v1"\npath = ${paths.train}\nshuffle_seed = 3\nbuffer = 7\n\n'
LOWER = '[corpora.train.augmenter]\n@augmenters = "spacy.lower_case.v1"\nlevel = 0.4\n'
CASE = '[corpora.train.augmenter]\n@augmenters = "spacy-lstm-ner.case_augmenter.v1"\nupper = 0.4\n'
BY_WORDS = '@batchers = "spacy.batch_by_words.v1"\nsize = 60\n'
GROWING = """
[training.batcher.size]
@schedules = "compounding.v1"
start = 20
stop = 80
compound = 1.1
"""
ADAM = '"spacy-lstm-ner.Adam.v1"'
SETTINGS = "dropout = 0.2\n"
VARIANTS: Dict[str, str] = {
    # `random` is drawn from at each step.
    "streamed": changed((SETTINGS, SETTINGS + "max_epochs = -1\n"), (TRAIN, AUGMENTED + LOWER)),
    # Generators of the reader, the augmenter and the batcher themselves go on over epochs.
    "own generators": changed(
        (SETTINGS, SETTINGS + "max_epochs = -1\n"),
        (TRAIN, AUGMENTED + CASE),
        (BY_WORDS, '@batchers = "spacy-lstm-ner.batch_by_length.v1"\nbuffer = 20\n' + GROWING),
    ),
    "few epochs": changed((SETTINGS, SETTINGS + "max_epochs = 2\n")),
    "growing batches": changed(
        (BY_WORDS, BY_WORDS.replace("size = 60\n", "") + GROWING),
        (SETTINGS, SETTINGS + "accumulate_gradient = 2\n"),
        (ADAM, '"RAdam.v1"'),
    ),
    # The stock parser draws from `random` between two batches.
    "listeners": changed(('["lstm_ner"]', '["tok2vec", "ner", "lstm_ner"]'), (OURS, TOK2VEC)),
    "callbacks": changed(
        (SETTINGS, SETTINGS + 'annotating_components = ["lstm_ner"]\n'),
        (ADAM, ADAM + "\ngrad_clip = 0.0"),
        (
            "[training.batcher]",
            '[training.before_update]\n@callbacks = "test_resume"\n\n'
            '[training.before_to_disk]\n@callbacks = "test_to_disk"\n\n[training.batcher]',
        ),
    ),
    "tuned threshold": changed(
        (
            "[training.batcher]",
            '[training.before_to_disk]\n@callbacks = "spacy-lstm-ner.tune_threshold.v1"\n'
            "dev_corpus = ${corpora.dev}\n\n[training.batcher]",
        ),
    ),
    "torch": changed((EMBED, TORCH)),
    "trained vectors": changed(("[corpora]\n", TRAINED_VECTORS)),
    "averages off": changed((ADAM, '"SGD.v1"\nuse_averages = false')),
}


@registry.callbacks("test_resume")
def make_before_update() -> Any:
    seen: List[float] = []

    def before_update(nlp: Any, where: Dict[str, int]) -> None:
        """Dropout that depends on all that came before, by way of `random`."""
        assert len(seen) == where["step"]
        seen.append(random.random())
        nlp.get_pipe("lstm_ner").max_grad_norm = 0.01 + sum(seen)

    return before_update


@registry.callbacks("test_to_disk")
def make_before_to_disk() -> Any:
    def before_to_disk(nlp: Any) -> Any:
        nlp.meta["description"] = "changed"
        return nlp

    return before_to_disk


@pytest.fixture
def args(tmp_path: Path) -> List[str]:
    return write_run(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", VARIANTS)
def test_variants(name, tmp_path):
    args = write_run(tmp_path, VARIANTS[name])
    assert spacy_train(*args, "-o", tmp_path / "theirs").exit_code == 0
    train_in_parts(args, tmp_path / "parts", [2, 8])
    assert digests(tmp_path / "parts") == digests(tmp_path / "theirs")


@pytest.mark.slow
def test_sourced_component_that_is_frozen_and_annotates(args, tmp_path):
    assert train(*args, "-o", tmp_path / "first").exit_code == 0
    source = f'[components.first]\nsource = "{tmp_path}/first/model-last"\ncomponent = "lstm_ner"\n'
    settings = 'frozen_components = ["first"]\nannotating_components = ["first"]\n'
    config = changed(
        ('["lstm_ner"]', '["first", "lstm_ner"]'),
        ("[components]\n", f"[components]\n\n{source}"),
        (SETTINGS, SETTINGS + settings),
    )
    args = write_run(tmp_path, config)
    assert spacy_train(*args, "-o", tmp_path / "theirs").exit_code == 0
    train_in_parts(args, tmp_path / "parts", [2, 8])
    assert digests(tmp_path / "parts") == digests(tmp_path / "theirs")
    state = (tmp_path / "parts" / "checkpoint" / "state.json").read_text()
    assert "first.0" not in state  # what is frozen is not stored
