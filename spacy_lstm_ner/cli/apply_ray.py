"""`spacy lstm-ner apply-ray`: a pipeline over any number of rows, on all cores or machines."""

from pathlib import Path
from typing import Annotated, Optional

import typer
from tqdm import tqdm
from wasabi import msg

from ..scale.tagging.apply import BATCH_WORDS, Report, apply
from ..scale.tagging.output import FORMS
from .options import Code, Model


def apply_ray_cli(
    model: Model,
    input_path: Annotated[
        Path,
        typer.Argument(
            metavar="INPUT",
            help="Parquet, JSON lines or text with a document a line, plain or in gzip: a file or "
            "a folder.",
            exists=True,
        ),
    ],
    output_path: Annotated[
        Path, typer.Argument(metavar="OUTPUT", help="Folder for the output.", file_okay=False)
    ],
    workers: Annotated[
        int, typer.Option("--workers", "-w", min=0, help="Processes; 0: one for each CPU.")
    ] = 0,
    address: Annotated[
        Optional[str], typer.Option(help="Address of a Ray cluster, or 'auto'; else this machine.")
    ] = None,
    text_key: Annotated[str, typer.Option(help="Column or key of the text.")] = "text",
    spans_key: Annotated[str, typer.Option(help="Column or key for the entities.")] = "spans",
    no_text: Annotated[bool, typer.Option("--no-text", help="Leave the text out.")] = False,
    confidence: Annotated[
        bool, typer.Option("--confidence", help="Let lstm_ner say how sure it is.")
    ] = False,
    form: Annotated[
        Optional[str],
        typer.Option(
            "--output-format",
            help=f"{', '.join(FORMS)}. Else as before; at first Parquet if the input is, or jsonl.",
        ),
    ] = None,
    batch_words: Annotated[int, typer.Option(min=1, help="Words of a batch.")] = BATCH_WORDS,
    code: Code = None,
) -> None:
    """Tag files of any size with Ray.

    The same command goes on where it was interrupted. Rows that cannot be tagged stand in
    OUTPUT/_rejected with the reason.
    """
    bar = tqdm(unit="B", unit_scale=True, leave=False, disable=None)

    def show(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)

    try:
        report = apply(
            model,
            input_path,
            output_path,
            workers=workers,
            address=address,
            text_key=text_key,
            spans_key=spans_key,
            keep_text=not no_text,
            confidence=confidence,
            form=form,
            batch_words=batch_words,
            code=code,
            progress=show,
        )
    except (ImportError, OSError, ValueError) as error:
        bar.close()
        msg.fail(str(error), exits=1)
    except KeyboardInterrupt:
        bar.close()
        msg.warn("Stopped. The same command goes on with the pieces that are not done.", exits=130)
    bar.close()
    _summarize(report, output_path)


def _summarize(report: Report, output_path: Path) -> None:
    if report.done_before:
        msg.info(f"{report.done_before:,} of {report.pieces:,} pieces were done before")
    msg.good(f"{output_path}: {report.rows:,} rows, {report.words:,} words")
    if report.new_words:
        speed = report.new_words / report.worker_seconds
        msg.text(
            f"{report.new_words:,} words in {report.seconds:,.0f} s, {speed:,.0f} words/s a worker "
            "while tagging"
        )
    if report.rejected:
        msg.warn(f"{report.rejected:,} rows were not tagged: see {output_path / '_rejected'}")
    for name, reason in report.failures.items():
        msg.fail(f"{name}: {reason}")
    if report.failures:
        number = f"{len(report.failures):,} of {report.pieces:,} pieces are not done"
        msg.fail(f"{number}. Once it is mended, the same command goes on with them.", exits=1)
