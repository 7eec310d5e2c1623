"""What a worker does: pieces of input files → output files."""

from contextlib import closing
from pathlib import Path
from timeit import default_timer as timer
from typing import Any, Iterator, NamedTuple

from spacy.language import Language

from ...errors import Errors
from .files import PieceOutputError, replacing
from .folder import Count, OutputFolder
from .lines import read_line_chunks
from .output import LineWriter, TableWriter, rejecting
from .rows import Chunk, Options
from .shards import Piece, ShardError, check_unchanged, kind_of
from .tables import read_table_chunks
from .tag import Tagger

MAX_TRIES = 3  # at a piece, in one run


class Result(NamedTuple):
    """What became of a piece.

    name (str): The piece.
    failure (str): Why it is not done; empty: it is.
    is_fatal (bool): Whether other pieces would fail for the same reason.
    """

    name: str
    failure: str = ""
    is_fatal: bool = False


class PieceTagger:
    """Tags pieces with one pipeline, and writes their output itself, so that no text travels
    between processes. Doing a piece twice does no harm: what it writes takes the place of what
    was there."""

    def __init__(self, nlp: Language, output: Path, options: Options, batch_words: int) -> None:
        """Get ready.

        nlp (Language): The pipeline.
        output (Path): The output folder.
        options (Options): What is done with each row.
        batch_words (int): Words of a batch.
        """
        self._tagger = Tagger(nlp, options.text_key, batch_words)
        self._folder = OutputFolder(output, options.form)
        self._options = options

    def __call__(self, piece: Piece) -> Result:
        """Tag a piece, unless it is done.

        piece (Piece): The piece.
        RETURNS (Result): What became of it.
        """
        if self._folder.is_done(piece.name):
            return Result(piece.name)
        try:
            if self._folder.count_try(piece.name) > MAX_TRIES:
                return Result(piece.name, Errors.PIECE_KILLED.format(tries=MAX_TRIES))
            self._folder.set_done(self._tag(piece))
        except ShardError as error:
            return Result(piece.name, str(error))
        except PieceOutputError as error:
            return Result(piece.name, str(error), is_fatal=True)
        except Exception as error:  # what leaves the actor takes other pieces along
            kind = type(error).__name__
            message = Errors.PIECE_FAILED.format(path=piece.path, type=kind, reason=error)
            return Result(piece.name, message)
        return Result(piece.name)

    def _tag(self, piece: Piece) -> Count:
        started, n_rows, n_rejected, n_words = timer(), 0, 0, 0
        with (
            replacing(self._folder.rows_of(piece.name)) as part,
            rejecting(self._folder.rejected_of(piece.name)) as write_rejected,
            closing(_writer(part, self._options)) as writer,
        ):
            for outcome in self._tagger(_read(piece, self._options)):
                writer.write(outcome.tagged)
                write_rejected(outcome.rejected)
                n_rows += len(outcome.tagged.rows)
                n_rejected += len(outcome.rejected)
                n_words += outcome.words
        return Count(piece.name, n_rows, n_rejected, n_words, timer() - started)


def _read(piece: Piece, options: Options) -> Iterator[Chunk]:
    is_table = kind_of(piece.path) == "parquet"
    check_unchanged(piece)
    yield from (read_table_chunks if is_table else read_line_chunks)(piece, options)
    check_unchanged(piece)


def _writer(path: Path, options: Options) -> Any:
    return (TableWriter if options.form == "parquet" else LineWriter)(path, options)
