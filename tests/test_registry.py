"""Every public name: found through entry points alone, versioned, listed here and in setup.cfg."""

import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest
from spacy.util import registry

ROOT = Path(__file__).parent.parent
NAMES = {
    "factories": ["lstm_ner"],
    "architectures": [
        "spacy-lstm-ner.CharCNN.v1",
        "spacy-lstm-ner.CharNgrams.v1",
        "spacy-lstm-ner.CharLSTM.v1",
        "spacy-lstm-ner.LSTMEncoder.v1",
        "spacy-lstm-ner.LSTMTagger.v1",
        "spacy-lstm-ner.StaticVectors.v1",
        "spacy-lstm-ner.VectorNgrams.v1",
        "spacy-lstm-ner.WordEmbed.v1",
        "spacy-lstm-ner.WordIds.v1",
    ],
    "readers": ["spacy-lstm-ner.Corpus.v1"],
    "batchers": ["spacy-lstm-ner.batch_by_length.v1"],
    "augmenters": ["spacy-lstm-ner.case_augmenter.v1"],
    "callbacks": ["spacy-lstm-ner.tune_threshold.v1"],
    "scorers": ["spacy-lstm-ner.NerScorer.v1"],
    "loggers": ["spacy-lstm-ner.TrainingLogger.v1"],
    "optimizers": ["spacy-lstm-ner.Adam.v1", "spacy-lstm-ner.AllReduce.v1"],
    "cli": ["lstm_ner"],
}


@pytest.mark.parametrize("group,name", [(g, n) for g, names in NAMES.items() for n in names])
def test_found_without_import(group, name):
    if group == "factories":
        registry._entry_point_factories.get(name)
    assert registry.has(group, name)


def test_setup_cfg_lists_the_same_names():
    setup = ConfigParser(delimiters=("=",))
    setup.optionxform = str  # type: ignore[assignment,method-assign]
    setup.read(ROOT / "setup.cfg")
    listed = {
        group.removeprefix("spacy_").removeprefix("thinc_"): sorted(
            line.split(" = ")[0] for line in names.strip().splitlines()
        )
        for group, names in setup["options.entry_points"].items()
    }
    assert listed == {group: sorted(names) for group, names in NAMES.items()}


def test_versions():
    for group, names in NAMES.items():
        for name in names:
            assert group in ("factories", "cli") or name.startswith("spacy-lstm-ner.")
            assert group in ("factories", "cli") or name.endswith(".v1")


@pytest.mark.parametrize(
    "code,absent",
    [
        ("import spacy_lstm_ner", "spacy"),
        ("import spacy; spacy.blank('en').add_pipe('lstm_ner')", "matplotlib"),
        ("import spacy_lstm_ner.pipeline.lstm_ner", "spacy_lstm_ner.cli"),
    ],
)
def test_nothing_is_loaded_before_it_is_used(code, absent):
    check = f"{code}; import sys; sys.exit({absent!r} in sys.modules)"
    subprocess.run([sys.executable, "-W", "error", "-c", check], check=True)


def test_torch_is_not_imported_by_our_own_modules():
    """thinc imports torch by itself where it is installed; we never do before it is used."""
    for path in (ROOT / "spacy_lstm_ner").rglob("*.py"):
        assert "import torch" not in path.read_text(encoding="utf8"), path
