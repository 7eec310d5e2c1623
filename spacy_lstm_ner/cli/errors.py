"""`spacy lstm-ner errors`: in which way, where and how surely a pipeline is wrong."""

from pathlib import Path
from typing import Annotated, List, Optional

import srsly
import typer
from spacy.cli._util import import_code, setup_gpu
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import load_model
from wasabi import msg

from ..data.problems import Report
from ..data.readers import plain_doc
from ..errors import Errors, Warnings
from ..evaluation.error_json import report_as_json
from ..evaluation.error_report import ErrorReport, report_errors
from ..evaluation.errors_page import render_errors_page
from ..evaluation.metrics import compare_example
from ..pipeline.find import find_component
from ..pipeline.lstm_ner import LSTMNer
from .component import pipeline_title
from .error_tables import print_report
from .gold import read_docs
from .options import Code, GoldFile, Model, UseGpu
from .probabilities import entity_probabilities
from .problems import plain_failures


def errors_cli(
    model: Model,
    data_path: GoldFile,
    train_path: Annotated[
        Optional[Path],
        typer.Option(
            "--train",
            help="What the pipeline was trained on: tells seen entities from unseen ones.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    json: Annotated[
        Optional[Path], typer.Option("--json", help="JSON file to write all to.", dir_okay=False)
    ] = None,
    html: Annotated[
        Optional[Path],
        typer.Option("--html", help="Page to write: tables and worst sentences.", dir_okay=False),
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", "-n", min=1, help="Sentences on the page, worst first.")
    ] = 200,
    component: Annotated[
        Optional[str],
        typer.Option("--component", help="The lstm_ner that is asked for confidence, if several."),
    ] = None,
    code_path: Code = None,
    use_gpu: UseGpu = -1,
) -> None:
    """Analyse the errors of a trained pipeline's entities.

    Tells errors of label and boundary, split and merged, missed and spurious entities apart, for
    each label, register and by what the training part shows, and lists the worst sentences.
    """
    with plain_failures() as note:
        setup_gpu(use_gpu)
        import_code(code_path)
        nlp = load_model(model)
        ner = choose_component(nlp, component)
        golds = _read(nlp, data_path, note, Errors.NO_GOLD_ENTITIES)
        train = None
        if train_path is not None:
            train = _read(nlp, train_path, note, Errors.NO_TRAIN_ENTITIES)
        report = _analyse(nlp, ner, golds, train)
    print_report(report)
    _say_what_is_left_out(nlp, report)
    if json is not None:
        json.parent.mkdir(parents=True, exist_ok=True)
        srsly.write_json(json, report_as_json(report))
        msg.good(f"All as JSON: {json}")
    if html is not None:
        title = f"Errors of {pipeline_title(nlp, model)} on {data_path.name}"
        html.parent.mkdir(parents=True, exist_ok=True)
        page = render_errors_page(title, report, nlp.meta["lang"], limit)
        html.write_text(page, encoding="utf8")
        n_shown = min(limit, len(report.sentences))
        msg.good(f"Page with {n_shown} of {len(report.sentences)} sentences: {html}")


def choose_component(nlp: Language, name: Optional[str]) -> Optional[LSTMNer]:
    """Find the component that can say how sure it is.

    nlp (Language): The pipeline.
    name (Optional[str]): Its name; None for the only one.
    RETURNS (Optional[LSTMNer]): None if none is named and there is none that can, or several.
    RAISES (ValueError): If the one that is named is no lstm_ner of the pipeline.
    """
    if name is not None:
        return find_component(nlp, name)[1]
    ours = [pipe for _, pipe in nlp.pipeline if isinstance(pipe, LSTMNer)]
    able = [pipe for pipe in ours if pipe.cfg["constrained"]]
    return able[0] if len(able) == 1 else None


def _read(nlp: Language, path: Path, report: Report, without_entities: str) -> List[Doc]:
    """Documents with at least one entity among them, or an error with this message."""
    docs = read_docs(nlp, path, report)
    if not any(doc.ents for doc in docs):
        raise ValueError(without_entities.format(path=path, n_docs=len(docs)))
    return docs


def _analyse(
    nlp: Language, ner: Optional[LSTMNer], golds: List[Doc], train: Optional[List[Doc]]
) -> ErrorReport:
    docs = list(nlp.pipe(plain_doc(nlp, gold) for gold in golds))
    if not any(doc.ents for doc in docs):
        n_gold = sum(len(gold.ents) for gold in golds)
        names = ", ".join(nlp.pipe_names) or "no component"
        raise ValueError(
            Errors.NO_PREDICTED_ENTS.format(names=names, n_docs=len(golds), n_gold=n_gold)
        )
    examples = [Example(doc, gold) for doc, gold in zip(docs, golds)]
    probabilities = None if ner is None else entity_probabilities(nlp, ner, examples)
    comparisons = [compare_example(example) for example in examples]
    return report_errors(golds, comparisons, probabilities, train)


def _say_what_is_left_out(nlp: Language, report: ErrorReport) -> None:
    if report.registers is None:
        msg.warn(Warnings.NO_REGISTER)
    if report.seen is None:
        msg.warn(Warnings.NO_TRAIN)
    if report.probabilities is None:
        msg.warn(Warnings.NO_CONFIDENCE.format(names=", ".join(nlp.pipe_names)))
