"""The component that a command is about; the documents that `calibrate` and `thresholds` adjust it
on, and the pipeline that they save."""

from pathlib import Path
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Sequence, Tuple

import numpy
from spacy.language import Language
from spacy.training import Example
from spacy.util import minibatch
from thinc.api import Config

from ..data.problems import Report
from ..errors import Errors
from ..pipeline.analysis import Analysis
from ..pipeline.lstm_ner import LSTMNer
from ..types import Bools1d, SpanBatch
from .gold import read_gold, without_empty


class Batch(NamedTuple):
    """Gold documents, and what the component makes of them.

    examples (List[Example]): Gold Docs, and predicted ones as the component meets them.
    analysis (Analysis): Of the predicted Docs.
    """

    examples: List[Example]
    analysis: Analysis


def find_component(nlp: Language, name: Optional[str]) -> Tuple[str, LSTMNer]:
    """Find the component that a command is about.

    nlp (Language): The pipeline.
    name (Optional[str]): The component's name; None if there is only one.
    RETURNS (Tuple[str, LSTMNer]): Its name and itself.
    RAISES (ValueError): If there is none, or several and no name, or the name is of no lstm_ner.
    """
    found = {known: pipe for known, pipe in nlp.pipeline if isinstance(pipe, LSTMNer)}
    chosen = choose_name(name, list(found), nlp.pipe_names)
    return chosen, found[chosen]


def pipeline_title(nlp: Language, model: str) -> str:
    """What a pipeline is called on a page: many have the name and the version that spaCy gives.

    nlp (Language): The pipeline.
    model (str): The name or path that it was loaded from.
    RETURNS (str): Its package's name and version, after the path if it is no installed package.
    """
    package = "{lang}_{name}".format(**nlp.meta)
    title = f"{package} {nlp.meta['version']}"
    return title if model == package else f"{model} ({title})"


def choose_name(name: Optional[str], ours: Sequence[str], pipes: Sequence[str]) -> str:
    """Choose among the components of a pipeline that are an lstm_ner.

    name (Optional[str]): The one that is wanted; None if there is only one.
    ours (Sequence[str]): Names of those that are an lstm_ner.
    pipes (Sequence[str]): Names of all.
    RETURNS (str): The name.
    RAISES (ValueError): If there is none, or several and no name, or the name is of no lstm_ner.
    """
    names = ", ".join(ours)
    if not ours:
        raise ValueError(Errors.NO_LSTM_NER.format(names=", ".join(pipes) or "none"))
    if name is None and len(ours) > 1:
        raise ValueError(Errors.WHICH_LSTM_NER.format(number=len(ours), names=names))
    if name is not None and name not in ours:
        raise ValueError(Errors.NOT_LSTM_NER.format(name=name, names=names))
    return name or ours[0]


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
    examples = without_empty(read_gold(nlp, path, report))
    later = nlp.pipe_names[nlp.pipe_names.index(name) :]
    with nlp.select_pipes(disable=later):
        docs = list(nlp.pipe(example.predicted for example in examples))
    return [Example(doc, example.reference) for doc, example in zip(docs, examples)]


def analyse(nlp: Language, ner: LSTMNer, examples: Sequence[Example]) -> List[Batch]:
    """Analyse documents in the batches of the pipeline. Empty ones are left out.

    nlp (Language): The pipeline.
    ner (LSTMNer): The component.
    examples (Sequence[Example]): What `read_examples` gave.
    RETURNS (List[Batch]): The batches.
    """
    with_tokens = [example for example in examples if len(example.predicted)]
    return [
        Batch(batch, ner.analyse([example.predicted for example in batch]))
        for batch in minibatch(with_tokens, nlp.batch_size)
    ]


def touches_preset(batch: Batch, spans: SpanBatch) -> Bools1d:
    """Which spans have a token of an entity that was there before the component ran.

    batch (Batch): The documents.
    spans (SpanBatch): Spans in them.
    RETURNS (Bools1d): *Shape:* `(nSpans,)`.
    """
    taken = [numpy.zeros(len(example.predicted), dtype=bool) for example in batch.examples]
    for example, at in zip(batch.examples, taken):
        for ent in example.predicted.ents:
            at[ent.start : ent.end] = True
    rows = zip(spans.sequences, spans.starts, spans.ends)
    return numpy.array([taken[i][start:end].any() for i, start, end in rows], dtype=bool)


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
    nlp.to_disk(path)
    config = Config().from_disk(path / "config.cfg", interpolate=False)
    config["components"][name].update(settings)
    config.to_disk(path / "config.cfg", interpolate=False)
