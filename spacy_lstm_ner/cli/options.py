"""Options that several commands have."""

from pathlib import Path
from typing import Annotated, Optional

import typer

UseGpu = Annotated[int, typer.Option("--gpu-id", "-g", help="GPU, or -1 for the CPU.")]
Code = Annotated[
    Optional[Path],
    typer.Option("--code", "-c", help="Python file to import, with registered functions."),
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
