"""`spacy lstm-ner evaluate`: scores, kinds of errors, and a page to read them on."""

from pathlib import Path
from timeit import default_timer as timer
from typing import Annotated, Any, Dict, List, Mapping, Optional, Tuple

import srsly
import typer
from spacy.cli._util import import_code, setup_gpu
from spacy.cli.evaluate import render_parses
from spacy.language import Language
from spacy.tokens import Span
from spacy.training import Example
from spacy.util import load_model
from wasabi import msg

from ..data.problems import Report
from ..evaluation.counts import Comparison
from ..evaluation.metrics import compare_example, count_errors, entity_metrics
from ..evaluation.page import Mark, PageDoc, PageMatch, percent, render_page
from ..evaluation.page_tables import ALL, PARTS_NOTE, PartRow, accuracy_table, parts_table
from ..evaluation.token_accuracy import accuracy_rows
from ..pipeline.lstm_ner import LSTMNer
from .component import pipeline_title
from .gold import read_gold
from .options import Code, GoldFile, Model, UseGpu
from .parts import print_parts
from .problems import plain_failures


def evaluate_cli(
    model: Model,
    data_path: GoldFile,
    output: Annotated[
        Optional[Path],
        typer.Option("--output", "-o", help="JSON file to write the metrics to.", dir_okay=False),
    ] = None,
    html: Annotated[
        Optional[Path],
        typer.Option("--html", help="Page to write, gold against predicted.", dir_okay=False),
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", "-n", min=1, help="Documents on the page, worst first.")
    ] = 200,
    displacy_path: Annotated[
        Optional[Path],
        typer.Option(
            "--displacy-path",
            "-dp",
            help="Folder for entities.html, displaCy's page of predicted entities.",
            file_okay=False,
        ),
    ] = None,
    displacy_limit: Annotated[
        int, typer.Option("--displacy-limit", "-dl", min=1, help="Documents on displaCy's page.")
    ] = 25,
    code_path: Code = None,
    use_gpu: UseGpu = -1,
) -> None:
    """Score a trained pipeline's entities on gold documents.

    Prints spaCy's scores and, for each label, how many entities are correct, missed, spurious,
    or found with a wrong label or boundary; and token accuracy beside what baselines reach.
    """
    with plain_failures() as report:
        setup_gpu(use_gpu)
        import_code(code_path)
        nlp = load_model(model)
        examples, seconds = predict_examples(nlp, data_path, report)
    comparisons = [compare_example(example) for example in examples]
    metrics = entity_metrics(examples, comparisons, seconds, _most_frequent_tags(nlp))
    rows = _rows(metrics)
    print_parts(rows)
    _print_accuracy(metrics)
    msg.info(
        f"{metrics['docs']} documents, {metrics['words']} words, {metrics['speed']:.0f} words/s"
    )
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        srsly.write_json(output, metrics)
        msg.good(f"Metrics: {output}")
    if html is not None:
        title = f"Entities of {pipeline_title(nlp, model)} on {data_path.name}"
        docs = _worst_docs(nlp.meta["lang"], examples, comparisons, limit)
        facts = (
            f"{metrics['docs']:,} documents, {metrics['words']:,} words. Shown: {len(docs):,}, "
            "those with most errors first."
        )
        summary = parts_table("Summary", PARTS_NOTE, rows)
        summary += accuracy_table("Token accuracy", _counted(metrics), accuracy_rows(metrics))
        page = render_page(title, facts, summary, docs, "documents")
        html.parent.mkdir(parents=True, exist_ok=True)
        html.write_text(page, encoding="utf8")
        msg.good(f"Page with {len(docs)} of {len(examples)} documents: {html}")
    if displacy_path is not None:
        displacy_path.mkdir(parents=True, exist_ok=True)
        shown = [example.predicted for example in examples[:displacy_limit]]
        render_parses(shown, displacy_path, model_name=model, deps=False, spans=False)
        msg.good(f"displaCy's page of {len(shown)} documents: {displacy_path / 'entities.html'}")


def predict_examples(nlp: Language, path: Path, report: Report) -> Tuple[List[Example], float]:
    """Read gold documents and run a pipeline on their texts.

    nlp (Language): The pipeline.
    path (Path): A .spacy or .jsonl file.
    report (Report): Is given what could not be taken over.
    RETURNS (Tuple[List[Example], float]): The examples with their predictions, and the seconds
        that predicting took.
    RAISES (ValueError): If no document says anything about entities.
    """
    examples = read_gold(nlp, path, report)
    start = timer()
    docs = list(nlp.pipe(example.predicted for example in examples))
    seconds = timer() - start
    return [Example(doc, example.reference) for doc, example in zip(docs, examples)], seconds


def _rows(metrics: Dict[str, Any]) -> List[PartRow]:
    scores = metrics["ents_per_type"] or {}
    rows = [PartRow(ALL, {key: metrics[f"ents_{key}"] for key in "prf"}, metrics["counts"])]
    for label, counts in metrics["counts_per_type"].items():
        rows.append(PartRow(label, scores.get(label, {}), counts))
    return rows


def _most_frequent_tags(nlp: Language) -> Optional[Mapping[str, str]]:
    """Of the last `lstm_ner`, whose scores are also those that `nlp.evaluate` keeps."""
    tables = [ner.cfg["most_frequent_tags"] for _, ner in nlp.pipeline if isinstance(ner, LSTMNer)]
    return tables[-1] if tables else None


def _print_accuracy(metrics: Dict[str, Any]) -> None:
    msg.table(
        [
            (row.name, percent(row.accuracy, digits=2), row.meaning)
            for row in accuracy_rows(metrics)
        ],
        header=("token accuracy", "%", _counted(metrics)),
        aligns=("l", "r", "l"),
        spacing=2,
    )


def _counted(metrics: Dict[str, Any]) -> str:
    masked = f", {metrics['tags_masked']:,} without left out" if metrics["tags_masked"] else ""
    return f"{metrics['tags_counted']:,} tokens with a gold tag{masked}"


def _worst_docs(
    lang: str, examples: List[Example], comparisons: List[Comparison], limit: int
) -> List[PageDoc]:
    order = sorted(range(len(examples)), key=lambda i: -count_errors(comparisons[i]))
    return [_page_doc(i + 1, lang, examples[i], comparisons[i]) for i in order[:limit]]


def _page_doc(number: int, lang: str, example: Example, comparison: Comparison) -> PageDoc:
    gold = [_mark(ent) for ent in example.reference.ents]
    predicted = [_mark(ent) for ent in example.predicted.ents]
    matches = [
        PageMatch(kind, tuple(gold[i] for i in of_gold), tuple(predicted[j] for j in of_predicted))
        for kind, of_gold, of_predicted in comparison.matches
    ]
    texts = example.reference.text, example.predicted.text
    return PageDoc(f"Document {number}", lang, *texts, matches)


def _mark(ent: Span) -> Mark:
    return Mark(ent.start_char, ent.end_char, ent.label_)
