import pytest
import spacy
from thinc.api import Config

from benchmarks.accuracy.ablation import ABLATIONS, CONFIGS, FOLDER, ablated, all_ablations


def test_folder_is_up_to_date():
    found = {path.stem: path.read_text("utf8") for path in FOLDER.glob("*.cfg")}
    assert found == all_ablations()  # else: python -m benchmarks.accuracy.ablation


@pytest.mark.parametrize("base", list(ABLATIONS))
def test_nothing_else_is_changed(base):
    original = Config().from_disk(CONFIGS / f"{base}.cfg", interpolate=False)
    for change in ABLATIONS[base].values():
        text = ablated(base, change)
        config = Config().from_str(text, interpolate=False)
        undone = {}
        for name in change:
            *path, last = name.split(".")
            section, before = config, original
            for key in path:
                section, before = section[key], before[key]
            undone[name] = section[last] != before[last]
            section[last] = before[last]
        assert any(undone.values())
        assert config == original


def test_every_config_is_valid():
    for text in all_ablations().values():
        config = Config().from_str(text, interpolate=False)
        spacy.util.load_model_from_config(config, auto_fill=False, validate=True)


def test_refuses_a_setting_that_is_not_there():
    with pytest.raises(KeyError, match=r"accuracy\.cfg has no setting training\.typo"):
        ablated("accuracy", {"training.typo": 1})
