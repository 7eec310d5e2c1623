"""Write `configs/ablation`: the accuracy configs, each with one thing changed, and what must go
with it.

    python -m benchmarks.accuracy.ablation

Run it after a change to configs/accuracy.cfg or configs/accuracy_vectors.cfg.
"""

from pathlib import Path
from typing import Any, Dict

from thinc.api import Config

CONFIGS = Path(__file__).parents[2] / "configs"
FOLDER = CONFIGS / "ablation"

TAGGER = "components.lstm_ner.model"
EMBED = f"{TAGGER}.tok2vec"
CHAR_LSTM = {
    "@architectures": "spacy-lstm-ner.CharLSTM.v1",
    "width": 50,
    "char_width": 25,
    "rows": 500,
    "max_length": 40,
}
CHAR_NGRAMS = {"@architectures": "spacy-lstm-ner.CharNgrams.v1", "width": 64}
WARMUP = {
    "@schedules": "warmup_linear.v1",
    "initial_rate": 0.004,
    "warmup_steps": 200,
    "total_steps": 8000,
}
VECTORS = f"{EMBED}.vectors.vocab"
STATIC = {"@architectures": "spacy-lstm-ner.StaticVectors.v1", "path": None, "normalize": True}
TWO_TABLES = {
    "vocab": {**STATIC, "width": None, "trained_words": 10000},
    "more": {**STATIC, "path": "${paths.more_vectors}", "width": 50, "trained_words": 0},
}
# more_vectors must be given: null would be the vocab's table a second time, which is refused.
PATHS = dict.fromkeys(("train", "dev", "vectors", "more_vectors", "init_tok2vec", "log"))

Change = Dict[str, Any]  # settings by dotted name

# Name of the base, and for each ablation what is changed.
ABLATIONS: Dict[str, Dict[str, Change]] = {
    "accuracy": {
        "no_chars": {f"{EMBED}.chars": None},
        "char_lstm": {f"{EMBED}.chars": CHAR_LSTM},
        "no_ngrams": {f"{EMBED}.ngrams": None},
        "no_ngram_dropout": {f"{EMBED}.ngrams.dropout_scale": 0.0},
        "no_norm": {f"{EMBED}.attrs": ["SHAPE"], f"{EMBED}.rows": [2500]},
        "no_shape": {f"{EMBED}.attrs": ["NORM"], f"{EMBED}.rows": [5000]},
        "affixes": {
            f"{EMBED}.attrs": ["NORM", "PREFIX", "SUFFIX", "SHAPE"],
            f"{EMBED}.rows": [5000, 1000, 2500, 2500],
        },
        "no_word_dropout": {f"{EMBED}.word_dropout_scale": 0.0},
        "no_word_means": {f"{TAGGER}.word_means": False},
        "cell_gru": {f"{TAGGER}.cell": "gru"},
        "cell_rnn": {f"{TAGGER}.cell": "rnn"},
        "cell_irnn": {f"{TAGGER}.cell": "irnn"},
        "one_direction": {f"{TAGGER}.bidirectional": False},
        "two_layers": {f"{TAGGER}.depth": 2},
        "softmax": {f"{TAGGER}.head": "softmax"},
        "recurrent_dropout": {f"{TAGGER}.recurrent_dropout_scale": 0.5},
        "viterbi": {
            "components.lstm_ner.decoder": "viterbi",
            "components.lstm_ner.threshold": None,
            "training.before_to_disk": None,
        },
        "less_dropout": {"training.dropout": 0.3},
        "fixed_threshold": {"training.before_to_disk": None},
        "no_clipping": {"components.lstm_ner.max_grad_norm": None},
        "no_averages": {"training.optimizer.use_averages": False},
        "warmup_and_decay": {"training.optimizer.learn_rate": WARMUP},
        "small_batches": {"training.batcher.size": 300, "training.optimizer.learn_rate": 0.002},
        "sentences": {"corpora.train.gold_preproc": True},
    },
    "accuracy_vectors": {
        "vectors_frozen": {f"{VECTORS}.trained_words": 0},
        "vectors_raw": {f"{VECTORS}.normalize": False},
        "vectors_mapped": {f"{VECTORS}.width": 64},
        "vectors_two_tables": {"paths": PATHS, f"{EMBED}.vectors": TWO_TABLES},
        "vectors_norm": {
            f"{EMBED}.attrs": ["NORM", "SHAPE"],
            f"{EMBED}.rows": [5000, 2500],
            f"{EMBED}.word_dropout_scale": 0.8,
        },
        "vectors_no_ngrams": {f"{EMBED}.ngrams": None},
        "vectors_learned_ngrams": {f"{EMBED}.ngrams": CHAR_NGRAMS},
        "vectors_no_chars": {f"{EMBED}.chars": None},
        "vectors_no_word_means": {f"{TAGGER}.word_means": False},
    },
}


def ablated(base: str, change: Change) -> str:
    """The text of a config with some settings changed.

    base (str): Name of one of the project's configs.
    change (Change): New values by dotted name; what is named has to be there.
    RETURNS (str): The text.
    RAISES (KeyError): If the base has no such setting.
    """
    config = Config().from_disk(CONFIGS / f"{base}.cfg", interpolate=False)
    for name, value in change.items():
        *path, last = name.split(".")
        section: Any = config
        for key in [*path, last]:
            if not isinstance(section, dict) or key not in section:
                raise KeyError(f"{base}.cfg has no setting {name}, so it cannot be changed.")
            above, section = section, section[key]
        above[last] = value
    settings = ", ".join(change)
    head = f"# {base}.cfg but for: {settings}. Made by benchmarks/accuracy/ablation.py.\n\n"
    return head + config.to_str(interpolate=False) + "\n"


def all_ablations() -> Dict[str, str]:
    """RETURNS (Dict[str, str]): The text of every config of the folder, by name."""
    return {
        name: ablated(base, change)
        for base, changes in ABLATIONS.items()
        for name, change in changes.items()
    }


def main() -> None:
    """Write the folder anew."""
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.cfg"):
        path.unlink()
    for name, text in all_ablations().items():
        (FOLDER / f"{name}.cfg").write_text(text, encoding="utf8")


if __name__ == "__main__":
    main()
