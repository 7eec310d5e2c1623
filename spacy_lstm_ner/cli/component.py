"""The documents that `calibrate` and `thresholds` adjust a component on, and the pipeline that they
save."""

from pathlib import Path
from typing import Any, Dict, Iterable, List

from spacy.language import Language
from spacy.training import Example
from thinc.api import Config

from ..data.problems import Report
from ..errors import Errors
from ..pipeline.choices import as_met
from ..pipeline.find import with_settings
from ..pipeline.lstm_ner import LSTMNer
from .gold import read_gold, without_empty


def pipeline_title(nlp: Language, model: str) -> str:
    """What a pipeline is called on a page: many have the name and the version that spaCy gives.

    nlp (Language): The pipeline.
    model (str): The name or path that it was loaded from.
    RETURNS (str): Its package's name and version, after the path if it is no installed package.
    """
    package = "{lang}_{name}".format(**nlp.meta)
    title = f"{package} {nlp.meta['version']}"
    return title if model == package else f"{model} ({title})"


def read_examples(nlp: Language, name: str, path: Path, report: Report) -> List[Example]:
    """Read gold documents, and run the components before the one to adjust, so that it meets what
    it meets in the pipeline: entities that are preset, vectors that are shared.

    nlp (Language): The pipeline.
    name (str): The component to adjust.
    path (Path): A .spacy or .jsonl file.
    report (Report): Is given what could not be taken over.
    RETURNS (List[Example]): Gold documents that are not empty, and those to predict on.
    RAISES (ValueError): If no document says anything about entities.
    """
    return as_met(nlp, name, without_empty(read_gold(nlp, path, report)))


def check_output(path: Path, *, force: bool) -> None:
    """RAISES (ValueError): If a pipeline would be written over something without leave."""
    if not force and path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise ValueError(Errors.OUTPUT_EXISTS.format(path=path))


def check_labels_in_config(labels: Iterable[str]) -> None:
    """RAISES (ValueError): If config.cfg cannot have a label as the name of a setting."""
    bad = []
    for label in labels:
        table = {"section": {label: 0.5}}
        try:
            same = Config().from_str(Config(table).to_str(), interpolate=False) == table
        except ValueError:
            same = False
        if not same:
            bad.append(label)
    if bad:
        raise ValueError(Errors.CONFIG_LABELS.format(labels=", ".join(map(repr, bad))))


def change_settings(ner: LSTMNer, settings: Dict[str, Any]) -> None:
    """Change settings of a component as if its config had always had them.

    ner (LSTMNer): The component.
    settings (Dict[str, Any]): The new settings.
    """
    ner.cfg.update(settings)
    ner.cfg["configured"].update(settings)


def save_pipeline(nlp: Language, name: str, path: Path, settings: Dict[str, Any]) -> None:
    """Save a pipeline whose settings were changed, so that its config.cfg says the same.

    nlp (Language): The pipeline.
    name (str): The component.
    path (Path): The folder.
    settings (Dict[str, Any]): The settings that were changed.
    """
    path.mkdir(parents=True, exist_ok=True)
    with_settings(nlp, name, settings).to_disk(path)
