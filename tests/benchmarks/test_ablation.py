import numpy
import pytest
import spacy
import srsly
from spacy.schemas import ConfigSchemaTraining
from spacy.util import registry
from thinc.api import Config

from benchmarks.accuracy.ablation import ABLATIONS, CONFIGS, FOLDER, ablated, all_ablations
from benchmarks.accuracy.ablation_table import table as table_of
from benchmarks.accuracy.rows import read_rows


def test_folder_is_up_to_date():
    found = {path.stem: path.read_text("utf8") for path in FOLDER.glob("*.cfg")}
    assert found == all_ablations()  # else: python -m benchmarks.accuracy.ablation


@pytest.mark.parametrize("base", list(ABLATIONS))
def test_nothing_else_is_changed(base):
    original = Config().from_disk(CONFIGS / f"{base}.cfg", interpolate=False)
    for change in ABLATIONS[base].values():
        text = ablated(base, change)
        config = Config().from_str(text, interpolate=False)
        changed = {}
        for name in change:
            *path, last = name.split(".")
            section, before = config, original
            for key in path:
                section, before = section[key], before[key]
            changed[name] = section[last] != before[last]
            section[last] = before[last]
        assert all(changed.values())
        assert config == original


@pytest.fixture
def table(tmp_path):
    nlp = spacy.blank("en")
    nlp.vocab.set_vector("Rome", numpy.ones(3, dtype="f"))
    nlp.to_disk(tmp_path / "more")
    return str(tmp_path / "more")


def test_every_config_is_valid(table):
    for text in all_ablations().values():
        config = Config().from_str(text, interpolate=False)
        if "more_vectors" in config["paths"]:
            config["paths"]["more_vectors"] = table
        spacy.util.load_model_from_config(config, auto_fill=False, validate=True)
        config["paths"].update(train="train.spacy", dev="dev.spacy")
        filled = config.interpolate()
        registry.resolve(filled["training"], schema=ConfigSchemaTraining)
        registry.resolve(filled["corpora"])


def test_the_second_table_must_be_given(table):
    config = Config().from_str(all_ablations()["vectors_two_tables"], interpolate=False)
    config["paths"]["vectors"] = table
    message = r"vectors of the vocab twice, by vectors\.more and by vectors\.vocab"
    with pytest.raises(ValueError, match=message):
        spacy.util.load_model_from_config(config)


def test_refuses_a_setting_that_is_not_there():
    for name in ("training.typo", "training.typo.size", "training.dropout.size"):
        with pytest.raises(KeyError, match=rf"accuracy\.cfg has no setting {name}"):
            ablated("accuracy", {name: 1})


def test_table_compares_on_the_same_seeds(tmp_path):
    scores = {("accuracy", 0): 70.0, ("accuracy", 1): 74.0, ("no_chars", 1): 73.0}
    for (name, seed), f in scores.items():
        run = {"corpus": "a", "name": name, "seed": seed, "vectors": None, "dev": {"ents_f": f}}
        srsly.write_json(tmp_path / f"a-{name}-{seed}.json", run)
    page = table_of(read_rows(tmp_path, list(ABLATIONS)))
    lines = [line for line in page.splitlines() if line.startswith("| ")][1:]
    assert lines == [
        "| accuracy | – | 0, 1 | 72.0 ± 2.8 | – |",
        "| no_chars | `tok2vec.chars` | 1 | 73.0 | -1.0 |",
    ]
