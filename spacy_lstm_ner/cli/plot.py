"""`spacy lstm-ner plot`: figures of a training, of scores and of data."""

from pathlib import Path
from typing import Annotated, Dict, List, Optional

import spacy
import srsly
import typer
from wasabi import msg

from ..diagnostics.plot_data import count_data, plot_data
from ..diagnostics.plot_labels import plot_labels
from ..diagnostics.plot_training import plot_states, plot_training
from ..errors import Errors
from .gold import read_docs
from .problems import plain_failures


def plot_cli(
    output_dir: Annotated[
        Path, typer.Argument(help="Folder to write the SVG files to.", file_okay=False)
    ],
    log: Annotated[
        Optional[Path],
        typer.Option("--log", help="Training log, JSON lines.", exists=True, dir_okay=False),
    ] = None,
    metrics: Annotated[
        Optional[Path],
        typer.Option(
            "--metrics", help="Metrics, as evaluate writes them.", exists=True, dir_okay=False
        ),
    ] = None,
    data: Annotated[
        Optional[List[Path]],
        typer.Option(
            "--data",
            help="A .spacy or .jsonl file; give it again for more.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    lang: Annotated[
        str, typer.Option("--lang", "-l", help="Language whose tokenizer is used for .jsonl.")
    ] = "en",
) -> None:
    """Draw how training went, scores by label, and data files.

    Writes learning-curve.svg, states.svg (if the log has half-lives and the like), labels.svg and
    data.svg, those that a file was given for.
    """
    figures: Dict[str, bytes] = {}
    with plain_failures() as report:
        if log is not None:
            records = list(srsly.read_jsonl(log))
            figures["learning-curve.svg"] = plot_training(records)
            states = plot_states(records)
            if states is not None:
                figures["states.svg"] = states
        if metrics is not None:
            figures["labels.svg"] = plot_labels(srsly.read_json(metrics))
        if data:
            nlp = spacy.blank(lang)
            figures["data.svg"] = plot_data(
                {
                    name: count_data(read_docs(nlp, path, report))
                    for name, path in _short_names(data).items()
                }
            )
        if not figures:
            raise ValueError(Errors.NOTHING_TO_PLOT)
    output_dir.mkdir(parents=True, exist_ok=True)
    for name, svg in figures.items():
        (output_dir / name).write_bytes(svg)
        msg.good(f"Figure: {output_dir / name}")


def _short_names(paths: List[Path]) -> Dict[str, Path]:
    """Names of files without ending, each with the same number of folders: as few as tell them
    apart. Whole paths make a legend that is wider than the figure."""
    for n_parts in range(1, max(len(path.parts) for path in paths) + 1):
        names = {"/".join(path.with_suffix("").parts[-n_parts:]): path for path in paths}
        if len(names) == len(set(paths)):
            return names
    return {str(path): path for path in paths}
