"""`spacy lstm-ner gradient-flow`: how far back in time gradients reach, cell by cell."""

import math
from pathlib import Path
from typing import Annotated, List, Optional, Tuple

import numpy
import srsly
import typer
from spacy.cli._util import import_code, setup_gpu
from tqdm import tqdm
from wasabi import msg

from ..diagnostics.gradient_flow import count_texts, half_life, relative_flow
from ..diagnostics.plot_flow import Panels, plot_flow
from ..diagnostics.plots import check_matplotlib
from ..errors import Errors
from ..types import Floats1d
from .flow_runs import K_MAX, Run, read_config, run_model, run_variant
from .flow_variants import AS_IT_IS, INITS, Variant, make_variants
from .options import Code, Component, GoldFile, UseGpu
from .overrides import parse_overrides
from .problems import plain_failures

# Options that click does not know are settings of the config, as in `spacy train`.
OVERRIDES = {"allow_extra_args": True, "ignore_unknown_options": True}
GROWTH = 10  # times what it was at k = 1: a curve that grows
Measured = List[Tuple[Variant, Run]]


def gradient_flow_cli(
    ctx: typer.Context,
    source: Annotated[
        str,
        typer.Argument(
            metavar="CONFIG|MODEL",
            help="A training config, with settings to override such as --training.dropout; or name "
            "or path of a trained pipeline, which is measured as it is.",
        ),
    ],
    data: GoldFile,
    output_path: Annotated[
        Optional[Path],
        typer.Option(
            "--output",
            "-o",
            help="Folder for gradient-flow.json and gradient-flow.svg.",
            file_okay=False,
        ),
    ] = None,
    steps: Annotated[int, typer.Option("--steps", help="Steps of training.", min=1)] = 100,
    texts: Annotated[int, typer.Option("--docs", help="Texts to measure on.", min=1)] = 32,
    cells: Annotated[
        str, typer.Option("--cells", help="Cells to compare, separated by commas.")
    ] = ",".join(INITS),
    clip: Annotated[
        float, typer.Option("--clip", help="Limit, by value, where gradients are clipped in time.")
    ] = 0.1,
    component: Component = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed of weights, texts, batches.")] = 0,
    code_path: Code = None,
    use_gpu: UseGpu = -1,
) -> None:
    """Measure how far back in a text training still reaches.

    That is, the norms of dloss(t)/dh(t-k) for k from 0 to 50, at the start and after training; of
    an LSTM also those of dloss(t)/dc(t-k). Trains the config's model, and the same with other
    cells, clipping, skip connections and recurrent weights that are too large.
    """
    with plain_failures() as report:
        setup_gpu(use_gpu)
        import_code(code_path)
        if output_path is not None:
            check_matplotlib()
        if not Path(source).is_file():
            _refuse_overrides(ctx.args)
            run = run_model(source, component, data, report, texts=texts, seed=seed)
            measured, columns = [(Variant(AS_IT_IS, "", {}), run)], ["as it is"]
        else:
            config = read_config(Path(source), component, parse_overrides(ctx.args))
            (settings,) = config["components"].values()
            variants = make_variants(settings["model"], [*map(str.strip, cells.split(","))], clip)
            measured = [
                (
                    variant,
                    run_variant(config, variant, data, report, steps=steps, texts=texts, seed=seed),
                )
                for variant in tqdm(variants, unit=" models", leave=False, disable=None)
            ]
            columns = ["at the start", f"after {steps} steps"]
        curves = _curves(measured)
        if output_path is not None:
            _write(output_path, measured, curves, columns)
    _show(measured, curves, columns)


def _refuse_overrides(args: List[str]) -> None:
    """Settings are those of a config, which a trained pipeline has no more use for."""
    if args:
        raise ValueError(Errors.FLOW_OF_MODEL.format(given=args[0]))


def _curves(measured: Measured) -> Panels:
    """Of two layers the lower one is compared: the question is what reaches it."""
    panels: Panels = {}
    for variant, run in measured:
        for state, suffix in (("h", ""), ("c", ", cell c")):
            by_time = [relative_flow(flows, state) for flows in run.flows]
            for layer in by_time[0] if not variant.name else {1} & by_time[0].keys():
                flow = next(flow for flow in run.flows[0] if flow.layer == layer)
                name = variant.name or f"{flow.name.split('-')[0]}, layer {layer}"
                curves = [found[layer] for found in by_time]
                panels.setdefault(variant.panel, {})[name + suffix] = curves
    return panels


def _write(path: Path, measured: Measured, curves: Panels, columns: List[str]) -> None:
    path.mkdir(parents=True, exist_ok=True)
    models = [
        {
            "panel": variant.panel,
            "name": variant.name,
            "settings": variant.settings,
            "recurrent_weights_times": variant.scale,
            "bptt_clip_rate": run.clip_rate,
            "failure": run.failure,
            "layers": [
                {
                    "when": when,
                    "layer": flow.layer,
                    "name": flow.name,
                    "state": flow.state,
                    "median_norm_at_t": float(numpy.median(flow.norms[:, 0])),
                    "texts": (~numpy.isnan(flow.norms)).sum(axis=0).tolist(),
                }
                for when, flows in zip(columns, run.flows)
                for flow in flows
            ],
        }
        for variant, run in measured
    ]
    shown = [
        {
            "panel": panel,
            "name": name,
            "when": when,
            "half_life": _finite(half_life(curve)),
            "relative_norm": [_finite(value) for value in curve.tolist()],
        }
        for panel, by_name in curves.items()
        for name, by_time in by_name.items()
        for when, curve in zip(columns, by_time)
    ]
    srsly.write_json(path / "gradient-flow.json", {"models": models, "curves": shown})
    (path / "gradient-flow.svg").write_bytes(plot_flow(curves, columns))
    msg.good(f"Curves and figure: {path / 'gradient-flow.json'}, {path / 'gradient-flow.svg'}")


def _show(measured: Measured, curves: Panels, columns: List[str]) -> None:
    rates = {
        (variant.panel, variant.name): run.clip_rate
        for variant, run in measured
        if variant.settings.get("bptt_clip")
    }
    counts = count_texts(measured[0][1].flows[0])
    msg.text(
        f"{counts[0]} measurements at k = 0, {counts[-1]} at k = {K_MAX}; shorter documents were "
        f"joined with the next until a text had {2 * K_MAX + 1} tokens, or there was no more."
    )
    msg.text(
        f"Half-life in tokens, and norms relative to k = 0, {', then '.join(columns)}. Clip: share "
        "of the numbers handed back through time in training that bptt_clip limited."
    )
    header = ["", *(["half-life", "k = 10", f"k = {K_MAX}"] * len(columns)), "clip"]
    for panel, by_name in curves.items():
        rows = []
        for name, by_time in by_name.items():
            cells = [cell for curve in by_time for cell in _cells(curve)]
            cells += ["-"] * (3 * len(columns) - len(cells))
            rate = rates.get((panel, name))
            rows.append([name, *cells, "-" if rate is None else f"{100 * rate:.1f} %"])
        msg.divider(panel)
        msg.table(
            rows, header=header, aligns=("l", *"r" * (len(header) - 1)), max_col=40, spacing=1
        )
    for variant, run in measured:
        if run.failure is not None:
            msg.warn(f"{variant.name}: training came to no end. {run.failure}")


def _cells(curve: Floats1d) -> Tuple[str, str, str]:
    half = half_life(curve)
    text = f"{half:.1f}"
    if math.isnan(half):
        text = "-"
    elif numpy.nanmax(curve[1:]) > GROWTH * curve[1]:
        text = "grows"
    elif math.isinf(half):
        text = f"> {K_MAX - 1}"
    near, far = ("-" if math.isnan(curve[k]) else f"{curve[k]:.2g}" for k in (10, K_MAX))
    return text, near, far


def _finite(value: float) -> Optional[float]:
    return value if math.isfinite(value) else None
