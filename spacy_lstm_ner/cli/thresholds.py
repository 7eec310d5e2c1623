"""`spacy lstm-ner thresholds`: how confident an entity must be to be given out."""

from pathlib import Path
from typing import Annotated, Any, Dict, List, Optional, Tuple, Union

import srsly
import typer
from spacy.cli._util import import_code, setup_gpu
from spacy.language import Language
from spacy.util import load_model
from wasabi import msg

from ..data.problems import Report
from ..diagnostics.plot_thresholds import Curve, plot_thresholds
from ..errors import Errors, Warnings
from ..evaluation.metrics import compare_example, entity_metrics
from ..evaluation.page import percent
from ..evaluation.thresholds import (
    Choices,
    Sweep,
    Wish,
    choose_global,
    choose_per_label,
    sweep,
    sweep_all,
)
from ..pipeline.choices import analyse, collect_choices
from ..pipeline.find import find_component
from ..pipeline.lstm_ner import LSTMNer
from ..pipeline.settings import NATURAL, read_settings
from .component import (
    change_settings,
    check_labels_in_config,
    check_output,
    read_examples,
    save_pipeline,
)
from .evaluate import predict_examples
from .options import Code, Component, Force, Model, TestFile, UnseenGoldFile, UseGpu
from .problems import plain_failures

Threshold = Union[float, Dict[str, float]]
Metrics = Dict[str, Any]  # as `evaluate` writes them


def thresholds_cli(
    model: Model,
    dev_path: UnseenGoldFile,
    output: Annotated[Path, typer.Argument(help="Folder to write the pipeline to.")],
    best_f1: Annotated[bool, typer.Option("--best-f1", help="Aim at the best F1.")] = False,
    precision: Annotated[
        Optional[float],
        typer.Option("--precision", help="The precision to reach, at the greatest recall."),
    ] = None,
    recall: Annotated[
        Optional[float],
        typer.Option("--recall", help="The recall to reach, at the greatest threshold."),
    ] = None,
    per_label: Annotated[
        bool,
        typer.Option("--per-label/--global", help="A threshold for each label, or one for all."),
    ] = True,
    decoder: Annotated[
        Optional[str],
        typer.Option("--decoder", help="viterbi or max_expected (default: as in the pipeline)."),
    ] = None,
    test_path: TestFile = None,
    component: Component = None,
    plot: Annotated[
        Optional[Path],
        typer.Option("--plot", help="SVG file to draw precision and recall to.", dir_okay=False),
    ] = None,
    json: Annotated[
        Optional[Path],
        typer.Option("--json", help="JSON file to write all figures to.", dir_okay=False),
    ] = None,
    force: Force = False,
    code_path: Code = None,
    use_gpu: UseGpu = -1,
) -> None:
    """Choose how sure a pipeline must be to give out an entity.

    Chooses thresholds for the confidences of entities on gold documents. Writes a pipeline that
    gives out only entities that reach their threshold, in the component and in its config. The
    table shows what this pipeline does on the documents.
    """
    with plain_failures() as report:
        setup_gpu(use_gpu)
        import_code(code_path)
        check_output(output, force=force)
        wish = _read_wish(best_f1, precision, recall)
        nlp = load_model(model)
        name, ner = find_component(nlp, component)
        paths = {"dev": dev_path, "test": test_path} if test_path else {"dev": dev_path}
        before = {part: _evaluate(nlp, path, report) for part, path in paths.items()}
        settings = {"threshold": None, "decoder": decoder or ner.cfg["decoder"]}
        change_settings(ner, settings)
        choices = collect_choices(
            analyse(nlp, ner, read_examples(nlp, name, dev_path, report)), ner
        )
        settings["threshold"] = _choose(choices, wish, ner, per_label=per_label)
        change_settings(ner, settings)
        after = {part: _evaluate(nlp, path, report) for part, path in paths.items()}
        svg = plot_thresholds(_curves(choices, ner, after["dev"])) if plot is not None else b""
        save_pipeline(nlp, name, output, settings)
    _print_table(ner, before, after)
    msg.good(f"Pipeline with thresholds: {output}")
    if plot is not None:
        plot.parent.mkdir(parents=True, exist_ok=True)
        plot.write_bytes(svg)
        msg.good(f"Figure: {plot}")
    if json is not None:
        json.parent.mkdir(parents=True, exist_ok=True)
        srsly.write_json(json, {**settings, "before": before, "after": after})
        msg.good(f"Figures as JSON: {json}")


def _read_wish(best_f1: bool, precision: Optional[float], recall: Optional[float]) -> Wish:
    shares = {"precision": precision, "recall": recall}
    wishes = [Wish(name, share) for name, share in shares.items() if share is not None]
    wishes += [Wish("f")] if best_f1 else []
    if len(wishes) != 1:
        raise ValueError(Errors.ONE_WISH.format(given=len(wishes) or "No"))
    wish = wishes[0]
    if not 0 < wish.wanted <= 1:
        raise ValueError(Errors.WISH_SHARE.format(name=f"--{wish.measure}", value=wish.wanted))
    return wish


def _choose(choices: Choices, wish: Wish, ner: LSTMNer, *, per_label: bool) -> Threshold:
    if not per_label:
        return choose_global(choices, wish)
    table = choose_per_label(choices, wish, NATURAL[choices.decoder], ner.labels)
    check_labels_in_config(table)
    return table


def _evaluate(nlp: Language, path: Path, report: Report) -> Metrics:
    """As `spacy lstm-ner evaluate` does, without the speed."""
    examples, seconds = predict_examples(nlp, path, report)
    metrics = entity_metrics(examples, [*map(compare_example, examples)], seconds)
    return {key: value for key, value in metrics.items() if key != "speed"}


def _print_table(ner: LSTMNer, before: Dict[str, Metrics], after: Dict[str, Metrics]) -> None:
    thresholds = read_settings(ner.cfg).thresholds.tolist()
    table = ner.cfg["threshold"]
    rows = [("ALL before", "", *_cells(before, None)), ("ALL", "", *_cells(after, None))]
    for label, threshold in zip(ner.labels, thresholds):
        rows.append((label, f"{threshold:g}", *_cells(after, label)))
    header = ["", "threshold"]
    for part in after:
        header += [f"{part} P", "R", "F", "gold", "found"]
    msg.table(rows, header=header, aligns=("l", *"r" * (len(header) - 1)))
    without = [label for label in ner.labels if isinstance(table, dict) and label not in table]
    if without:
        msg.warn(Warnings.NO_EVIDENCE.format(labels=", ".join(without)))


def _cells(by_part: Dict[str, Metrics], label: Optional[str]) -> List[str]:
    cells = []
    for metrics in by_part.values():
        scores = {key: metrics[f"ents_{key}"] for key in "prf"}
        counts = metrics["counts"]
        if label is not None:
            scores = (metrics["ents_per_type"] or {}).get(label, {})
            counts = metrics["counts_per_type"].get(label, {"gold": 0, "predicted": 0})
        cells += [percent(scores.get(key)) for key in "prf"]
        cells += [f"{counts[key]:,}" for key in ("gold", "predicted")]
    return cells


def _curves(choices: Choices, ner: LSTMNer, dev: Metrics) -> Dict[str, Curve]:
    """A curve of all labels, and of each label while the others keep their thresholds."""
    thresholds = read_settings(ner.cfg).thresholds
    is_one = not isinstance(ner.cfg["threshold"], dict)
    found = sweep_all(choices)
    note = f"{thresholds[0]:g}" if is_one else "chosen for each"
    curves = {"ALL": Curve(_points(found), (dev["ents_r"], dev["ents_p"]), note)}
    for number, label in enumerate(ner.labels):
        scores = (dev["ents_per_type"] or {}).get(label)
        if scores is not None:
            points = _points(sweep(choices, thresholds, number))
            curves[label] = Curve(points, (scores["r"], scores["p"]), f"{thresholds[number]:g}")
    return curves


def _points(found: Sweep) -> List[Tuple[float, float]]:
    return [*zip(found.recall.tolist(), found.precision.tolist())]
