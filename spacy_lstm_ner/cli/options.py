"""Arguments and options that several commands have."""

from pathlib import Path
from typing import Annotated, Optional

import typer

Model = Annotated[str, typer.Argument(help="Name or path of a trained pipeline.")]
UseGpu = Annotated[int, typer.Option("--gpu-id", "-g", help="GPU, or -1 for the CPU.")]
Code = Annotated[
    Optional[Path],
    typer.Option("--code", "-c", help="Python file to import, with registered functions."),
]
Component = Annotated[
    Optional[str], typer.Option("--component", help="Name of the lstm_ner, if several.")
]
GoldFile = Annotated[
    Path,
    typer.Argument(help="Gold documents, a .spacy or .jsonl file.", exists=True, dir_okay=False),
]
UnseenGoldFile = Annotated[
    Path,
    typer.Argument(
        help="Gold documents that the model was not trained on, a .spacy or .jsonl file.",
        exists=True,
        dir_okay=False,
    ),
]
TestFile = Annotated[
    Optional[Path],
    typer.Option("--test", help="Gold documents to report on.", exists=True, dir_okay=False),
]
Force = Annotated[
    bool, typer.Option("--force", "-f", help="Write over what is in the output folder.")
]
TrainConfig = Annotated[
    Path,
    typer.Argument(
        metavar="CONFIG",
        help="Training config, with settings to override, such as --paths.train train.spacy.",
        exists=True,
        allow_dash=True,
    ),
]
_OUTPUT = typer.Option(
    "--output", "--output-path", "-o", help="Folder for the models and the checkpoint."
)
OutputFolder = Annotated[Path, _OUTPUT]
OptionalOutputFolder = Annotated[Optional[Path], _OUTPUT]
Resume = Annotated[
    bool,
    typer.Option(
        "--resume",
        help="Go on with the run that was stopped or killed in the output folder; it ends with "
        "the same models as one that never was. Without a checkpoint there, begin.",
    ),
]
