"""`spacy lstm-ner compare`: several pipelines and the baselines side by side on one data set."""

from pathlib import Path
from typing import Annotated, Dict, List, NamedTuple, Optional, Sequence

import srsly
import typer
from spacy.cli._util import import_code, setup_gpu
from spacy.language import Language
from spacy.training import Example
from spacy.util import load_model
from wasabi import msg

from ..data.problems import Report
from ..errors import Errors
from ..evaluation.baselines import predict_most_frequent
from ..evaluation.most_frequent_tags import TagCounts
from ..evaluation.page import percent
from ..evaluation.scorer import score_entities
from .evaluate import predict_examples
from .gold import read_gold
from .options import Code, GoldFile, UseGpu
from .problems import plain_failures

SCORES = ("ents_tag_acc", "ents_p", "ents_r", "ents_f")


class Row(NamedTuple):
    """A line of the table.

    name (str): Of the pipeline or baseline.
    scores (Dict[str, Optional[float]]): Those of `SCORES` that are known.
    speed (Optional[float]): Words a second.
    """

    name: str
    scores: Dict[str, Optional[float]]
    speed: Optional[float] = None


def compare_cli(
    data_path: GoldFile,
    models: Annotated[List[str], typer.Argument(help="Names or paths of trained pipelines.")],
    train: Annotated[
        Optional[Path],
        typer.Option(
            "--train",
            help="Training data, a .spacy or .jsonl file, for the most frequent tag of each word.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    published: Annotated[
        Optional[List[str]],
        typer.Option("--published", help="NAME=SHARE: a token accuracy that others report."),
    ] = None,
    text: Annotated[
        Optional[str], typer.Option("--text", help="Text to find entities in with each pipeline.")
    ] = None,
    output: Annotated[
        Optional[Path],
        typer.Option("--output", "-o", help="JSON file to write all of it to.", dir_okay=False),
    ] = None,
    code_path: Code = None,
    use_gpu: UseGpu = -1,
) -> None:
    """Compare trained pipelines on gold documents.

    Prints token accuracy (O included), precision, recall and F1 of the entities, and words a
    second of each pipeline, below what is reached without any model.
    """
    found: Dict[str, List[Dict[str, str]]] = {}
    with plain_failures() as report:
        setup_gpu(use_gpu)
        import_code(code_path)
        rows = [_published_row(figure) for figure in published or []]
        pipelines = {name: load_model(name) for name in models}
        rows = [*_baseline_rows(next(iter(pipelines.values())), data_path, train, report), *rows]
        for name, nlp in pipelines.items():
            rows.append(_model_row(name, nlp, data_path, report))
            if text is not None:
                found[name] = [{"text": ent.text, "label": ent.label_} for ent in nlp(text).ents]
    _print_rows(rows)
    if text is not None:
        _print_entities(text, found)
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        content = {"rows": [row._asdict() for row in rows], "text": text, "entities": found}
        srsly.write_json(output, content)
        msg.good(f"Comparison: {output}")


def _published_row(figure: str) -> Row:
    name, _, value = figure.rpartition("=")
    try:
        share = float(value)
    except ValueError:
        share = -1.0
    if not name or not 0 <= share <= 1:
        raise ValueError(Errors.PUBLISHED.format(given=figure))
    return Row(name, {"ents_tag_acc": share})


def _baseline_rows(
    nlp: Language, data_path: Path, train: Optional[Path], report: Report
) -> List[Row]:
    """What is reached without a model, in the tokens of a pipeline."""
    examples = read_gold(nlp, data_path, report)
    rows = [Row("all O", _scores(examples))]
    if train is not None:
        counts = TagCounts()
        for example in read_gold(nlp, train, report):
            counts.add(example.reference)
        table = counts.most_frequent()
        scores = _scores(predict_most_frequent(examples, table))
        # The tags themselves, as they come: an I- need not continue anything.
        raw = score_entities(examples, most_frequent_tags=table)
        scores["ents_tag_acc"] = raw["ents_tag_acc_most_frequent"]
        rows.append(Row("most frequent tag", scores))
    return rows


def _model_row(name: str, nlp: Language, data_path: Path, report: Report) -> Row:
    examples, seconds = predict_examples(nlp, data_path, report)
    words = sum(len(example.predicted) for example in examples)
    return Row(name, _scores(examples), words / seconds)


def _scores(examples: Sequence[Example]) -> Dict[str, Optional[float]]:
    scores = score_entities(examples)
    return {key: scores[key] for key in SCORES}


def _print_rows(rows: Sequence[Row]) -> None:
    msg.table(
        [
            (
                row.name,
                *(percent(row.scores.get(key), 2) for key in SCORES),
                "–" if row.speed is None else f"{row.speed:,.0f}",
            )
            for row in rows
        ],
        header=("", "token acc", "P", "R", "F", "words/s"),
        aligns=("l", *"rrrrr"),
        max_col=max(len(row.name) for row in rows),
    )


def _print_entities(text: str, found: Dict[str, List[Dict[str, str]]]) -> None:
    msg.info(text)
    for name, ents in found.items():
        listed = ", ".join(f"{ent['text']} ({ent['label']})" for ent in ents)
        msg.text(f"{name}: {listed or 'no entities'}")
