"""`spacy lstm-ner gates`: what the gates, states and tags of a model do on a text."""

from pathlib import Path
from typing import Annotated, Any, Dict, Iterator, List, Optional, Tuple

import srsly
import typer
from spacy.cli._util import import_code, setup_gpu
from spacy.util import load_model
from wasabi import msg

from ..diagnostics.gates import half_lives, keeping_gate
from ..diagnostics.plot_gates import plot_gates
from ..diagnostics.plot_tags import plot_marginals, plot_transitions
from ..diagnostics.trace import LayerTrace, Trace, trace
from ..errors import Errors, Warnings
from ..pipeline.find import find_component
from .gate_tables import print_layer
from .options import Code, Model, UseGpu
from .problems import plain_failures


def gates_cli(
    model: Model,
    text: Annotated[str, typer.Argument(help="The text to read.")],
    output: Annotated[
        Optional[Path],
        typer.Option("--output", "-o", help="Folder to write the SVG files to.", file_okay=False),
    ] = None,
    json: Annotated[
        Optional[Path], typer.Option(help="JSON file to write all arrays to.", dir_okay=False)
    ] = None,
    component: Annotated[
        Optional[str],
        typer.Option(help="The lstm_ner, if there are several, or what holds an LSTMEncoder."),
    ] = None,
    layer: Annotated[
        Optional[int], typer.Option(min=1, help="Only this layer, 1 above the word vectors.")
    ] = None,
    units: Annotated[
        int, typer.Option(min=1, help="Units in a figure, those that remember longest.")
    ] = 30,
    tokens: Annotated[int, typer.Option(min=1, help="Tokens in a figure, the first ones.")] = 40,
    code_path: Code = None,
    use_gpu: UseGpu = -1,
) -> None:
    """Look inside a model while it reads a text.

    Prints how open the gates of each recurrent layer are and which units remember longest. With
    --output, draws heat maps of gates and states, of tag marginals and of transition scores.
    """
    with plain_failures():
        setup_gpu(use_gpu)
        import_code(code_path)
        nlp = load_model(model)
        if not text.strip():
            raise ValueError(Errors.TRACE_EMPTY)
        name = find_component(nlp, None)[0] if component is None else component
        found = trace(nlp, nlp.make_doc(text), name)
        found.layers = _choose(found.layers, layer, name)
        if output is not None:
            figures = dict(_figures(found, units, tokens))
            output.mkdir(parents=True, exist_ok=True)
            for file_name, svg in figures.items():
                (output / file_name).write_bytes(svg)
        if json is not None:
            json.parent.mkdir(parents=True, exist_ok=True)
            srsly.write_json(json, _as_json(found))
    for one in found.layers:
        print_layer(one)
    if output is not None:
        if len(found.words) > tokens:
            msg.warn(Warnings.CUT_TEXT.format(total=len(found.words), shown=tokens))
        for file_name in figures:
            msg.good(f"Figure: {output / file_name}")
    if json is not None:
        msg.good(f"All as JSON: {json}")


def _choose(layers: List[LayerTrace], level: Optional[int], name: str) -> List[LayerTrace]:
    if not layers:
        raise ValueError(Errors.NO_RECURRENT_LAYER.format(name=name))
    chosen = [one for one in layers if level in (None, one.level)]
    if not chosen:
        highest = max(one.level for one in layers)
        raise ValueError(Errors.NO_SUCH_LAYER.format(level=level, highest=highest))
    return chosen


def _figures(found: Trace, units: int, tokens: int) -> Iterator[Tuple[str, bytes]]:
    words = found.words[:tokens]
    for one in found.layers:
        name = f"gates-{one.component}-{one.level}-{one.direction}.svg"
        yield name, plot_gates(words, one, units)
    if found.tags is not None:
        yield "marginals.svg", plot_marginals(words, found.tags)
        yield "transitions.svg", plot_transitions(found.tags)


def _as_json(found: Trace) -> Dict[str, Any]:
    """All arrays as lists, with the half-lives of the units; null for an infinite one."""
    tags = found.tags
    return {
        "words": found.words,
        "layers": [
            {
                "component": one.component,
                "level": one.level,
                "cell": one.cell,
                "direction": one.direction,
                "half_lives": _half_lives(one),
                "arrays": {name: rows.tolist() for name, rows in one.arrays.items()},
            }
            for one in found.layers
        ],
        "tags": None
        if tags is None
        else {
            "names": tags.names,
            **{
                name: getattr(tags, name).tolist()
                for name in ("emissions", "marginals", "start", "transitions", "end")
            },
        },
    }


def _half_lives(layer: LayerTrace) -> Optional[List[Optional[float]]]:
    keep = keeping_gate(layer.arrays)
    if keep is None:
        return None
    return [life if life < float("inf") else None for life in half_lives(keep).tolist()]
