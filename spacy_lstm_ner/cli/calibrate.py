"""`spacy lstm-ner calibrate`: make confidences agree with how often entities are right."""

from pathlib import Path
from typing import Annotated, Dict, Optional, Tuple

import srsly
import typer
from spacy.cli._util import import_code, setup_gpu
from spacy.language import Language
from spacy.util import load_model
from wasabi import msg

from ..data.problems import Report
from ..diagnostics.plot_calibration import Panels, plot_calibration
from ..errors import Errors, Warnings
from ..evaluation.calibration import N_BINS, reliability
from ..evaluation.isotonic import LEAST
from ..evaluation.temperature import TEMPERATURES, fit_temperature
from ..pipeline.choices import analyse
from ..pipeline.find import find_component
from ..pipeline.lstm_ner import LSTMNer
from .component import (
    change_settings,
    check_output,
    read_examples,
    save_pipeline,
)
from .fit_calibration import LEAST as LEAST_CANDIDATE
from .fit_calibration import (
    N_FOLDS,
    Confidences,
    Stored,
    confidences,
    cross_fit,
    find,
    fit,
    losses,
)
from .options import Code, Component, Force, Model, TestFile, UnseenGoldFile, UseGpu
from .problems import plain_failures

Results = Dict[str, Dict[str, Confidences]]  # by part, and by kind of span
Figures = Dict[str, Dict[str, Dict[str, Dict[str, float]]]]  # also by "before" and "after"
# Most candidates are unlikely: with few bins, all likely ones would share the last.
N_POINTS = {"entities": N_BINS, "candidates": 5 * N_BINS}


def calibrate_cli(
    model: Model,
    dev_path: UnseenGoldFile,
    output: Annotated[Path, typer.Argument(help="Folder to write the calibrated pipeline to.")],
    test_path: TestFile = None,
    component: Component = None,
    maps: Annotated[
        bool, typer.Option("--maps/--no-maps", help="Fit a map for each label with enough spans.")
    ] = True,
    plot: Annotated[
        Optional[Path],
        typer.Option("--plot", help="SVG file to draw reliability diagrams to.", dir_okay=False),
    ] = None,
    json: Annotated[
        Optional[Path],
        typer.Option("--json", help="JSON file to write all figures to.", dir_okay=False),
    ] = None,
    force: Force = False,
    code_path: Code = None,
    use_gpu: UseGpu = -1,
) -> None:
    """Make confidences say how often entities are right.

    Fits one temperature for the whole model and a monotone map for each label to gold documents,
    stores them in the component, and reports how well confidences agree with outcomes. Entities
    stay as they are, unless thresholds or the decoder max_expected choose them by confidence.
    `calibrated = false` in the component's config undoes it.
    """
    with plain_failures() as report:
        setup_gpu(use_gpu)
        import_code(code_path)
        check_output(output, force=force)
        nlp = load_model(model)
        name, ner = find_component(nlp, component)
        stored, results = _calibrate(nlp, name, ner, dev_path, test_path, report, with_maps=maps)
        figures = {
            part: {kind: c.metrics() for kind, c in by.items()} for part, by in results.items()
        }
        svg = plot_calibration(_panels(results, figures)) if plot is not None else b""
    ner.cfg["calibration"] = stored
    save_pipeline(nlp, name, output, {"calibrated": True})
    _print_figures(figures)
    _print_calibration(stored, ner, with_maps=maps)
    msg.good(f"Calibrated pipeline: {output}")
    if plot is not None:
        plot.parent.mkdir(parents=True, exist_ok=True)
        plot.write_bytes(svg)
        msg.good(f"Figure: {plot}")
    if json is not None:
        json.parent.mkdir(parents=True, exist_ok=True)
        srsly.write_json(json, {"calibration": stored, **figures})
        msg.good(f"Figures as JSON: {json}")


def _calibrate(
    nlp: Language,
    name: str,
    ner: LSTMNer,
    dev_path: Path,
    test_path: Optional[Path],
    report: Report,
    *,
    with_maps: bool,
) -> Tuple[Stored, Results]:
    """Fit to dev, and measure on dev (cross-fitted) and test."""
    ner.cfg["calibration"] = None
    change_settings(ner, {"calibrated": True})
    examples = read_examples(nlp, name, dev_path, report)
    if len(examples) < N_FOLDS:
        raise ValueError(Errors.FEW_DOCS.format(path=dev_path, number=len(examples), least=N_FOLDS))
    folds = [analyse(nlp, ner, examples[i::N_FOLDS]) for i in range(N_FOLDS)]
    fold_losses = [losses(ner, fold) for fold in folds]
    stored: Stored = {"temperature": fit_temperature(sum(fold_losses))}
    found = [find(fold, stored) for fold in folds]
    candidates = [judged for fold in found for judged in fold.candidates]
    stored = fit(candidates, stored["temperature"], with_maps=with_maps)
    results = {"dev": cross_fit(found, fold_losses, with_maps=with_maps)}
    if test_path is not None:
        test = find(analyse(nlp, ner, read_examples(nlp, name, test_path, report)), stored)
        results["test"] = confidences(test, stored)
    return stored, results


def _print_figures(figures: Figures) -> None:
    rows = []
    for part, by_kind in figures.items():
        for kind, by_time in by_kind.items():
            for time, m in by_time.items():
                shares = [f"{100 * m[key]:.1f}" for key in ("accuracy", "confidence")]
                errors = [f"{m[key]:.4f}" for key in ("ece", "ece_by_chance", "brier", "nll")]
                rows.append((f"{part} {kind}", time, f"{m['spans']:,}", *shares, *errors))
    header = ("", "", "spans", "right", "mean", "ECE", "chance", "Brier", "NLL")
    msg.table(rows, header=header, aligns=("l", "l", *"r" * 7))
    msg.text(
        "Right and mean confidence in percent; ECE: expected calibration error in 10 bins of "
        "equal mass; chance: the ECE that perfect confidences would show. Candidates are all "
        f"spans of at least {LEAST_CANDIDATE}. 'After' on dev is cross-fitted: each fifth of the "
        "documents under what the others gave."
    )


def _print_calibration(stored: Stored, ner: LSTMNer, *, with_maps: bool) -> None:
    msg.info(f"Temperature {stored['temperature']:.3f}, maps for {len(stored['maps'])} labels")
    if stored["temperature"] in (TEMPERATURES[0], TEMPERATURES[-1]):
        msg.warn(Warnings.AT_THE_LIMIT.format(temperature=stored["temperature"]))
    without = ", ".join(label for label in ner.labels if label not in stored["maps"])
    if with_maps and without:
        msg.warn(Warnings.NO_MAPS.format(labels=without, least=LEAST))
    if ner.cfg["threshold"] is not None:
        msg.warn(Warnings.STALE_THRESHOLDS)


def _panels(results: Results, figures: Figures) -> Panels:
    """Diagrams of the last part: test if there is one."""
    part, by_kind = list(results.items())[-1]
    panels: Panels = {}
    for kind, found in by_kind.items():
        lines = {}
        for time, of_time in (("before", found.before), ("after", found.after)):
            bins = reliability(of_time, found.correct, N_POINTS[kind])
            name = f"{time}, ECE {figures[part][kind][time]['ece']:.3f}"
            lines[name] = [*zip(bins.confidences.tolist(), bins.accuracies.tolist())]
        panels[f"{kind} in {part}"] = lines
    return panels
