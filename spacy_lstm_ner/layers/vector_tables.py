"""Tables of static vectors, and how the vector of a word is found in one."""

import gc
import os
import re
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, Optional, Tuple

import numpy
import srsly
from spacy.strings import get_string_id
from spacy.vectors import Mode
from spacy.vocab import Vocab
from thinc.api import Ops, get_array_module

from ..errors import Errors
from ..types import Floats2d, Ints1d, Keys2d

DIGIT = re.compile(r"\d")
FILES = ("vectors", "key2row")


class VectorTable:
    """A table beside the vocab's own, as `spacy init vectors` writes it. The vectors stay on disk:
    they are mapped into memory, read-only, and processes on one machine share them. A copy and a
    pickle hold the path alone, made absolute, and open the table again.

    `digest` tells one table from another: by all of its words and some of its vectors.

    path (str): The folder that was written, or its `vocab` folder.
    RAISES (ValueError): If there is no table, a damaged one, or a floret one, which has no rows of
        words.
    """

    mode = Mode.default

    def __init__(self, path: str) -> None:
        self.path = path
        folder = Path(path)
        if (folder / "vocab").is_dir():
            folder = folder / "vocab"
        missing = [name for name in FILES if not (folder / name).is_file()]
        if missing:
            names = " and ".join(f"'{name}'" for name in missing)
            raise ValueError(Errors.NO_TABLE.format(path=path, folder=folder, missing=names))
        settings = folder / "vectors.cfg"
        if settings.is_file() and _read(_mode, settings, path) == Mode.floret.value:
            raise ValueError(Errors.FLORET_TABLE.format(path=path))
        self.data: Floats2d = _read(_map_vectors, folder / "vectors", path)
        self.key2row = _read(partial(_rows_of_keys, len(self.data)), folder / "key2row", path)
        self.digest = _digest(folder / "key2row", self.data)
        self._absolute = os.path.abspath(path)  # the working directory may change

    def __reduce__(self) -> Tuple[Any, ...]:
        return VectorTable, (self._absolute,)


def _digest(keys: Path, data: Floats2d) -> str:
    some = data[:: max(1, len(data) // 100)]
    return sha256(keys.read_bytes() + some.tobytes()).hexdigest()[:16]


def find_vectors(
    ops: Ops, vocab: Vocab, names: Keys2d, table: Optional[VectorTable] = None
) -> Tuple[Floats2d, Ints1d]:
    """The static vectors of some words. A word goes by the first of its forms that the table has:
    the word itself, in lower case, in lower case with 0 for every digit, and with a capital at the
    front and all else in lower case.

    So a table of lower-case words has a vector for "Rome", and one that has "Rome" alone for "rome"
    and "ROME". (spaCy forgets on saving that a table was made with `--attr LOWER`.) Floret tables
    make a vector for everything and are asked as they are.

    ops (Ops): Backend.
    vocab (Vocab): The words' vocabulary.
    names (Keys2d): ORTH, what the vocab's table goes by, and LOWER. *Shape:* `(nW, 3)`, uint64.
    table (Optional[VectorTable]): The table to look in; None: the vocab's own.
    RETURNS (Tuple[Floats2d, Ints1d]): The vectors and behind them a column that is 1 where there
        is none (the vector is zero then). *Shape:* `(nW, nV + 1)`, float32, a new array. And the
        key that each vector was found by, or else the word's own. *Shape:* `(nW,)`, uint64.
    """
    source: Any = vocab.vectors if table is None else table
    exact = names[:, 1] if table is None else names[:, 0]
    rows, found = numpy.zeros(len(names), dtype="int32"), exact
    if source.mode == Mode.default:
        rows, found = _find_rows(source.key2row, vocab, exact, names[:, 2])
        vectors = gather_vectors(ops, source.data, rows)
    else:
        vectors = ops.asarray2f(source.get_batch(exact))
    is_missing = ops.xp.asarray(rows[:, None] < 0, dtype="float32")
    return ops.xp.hstack([vectors, is_missing]), found


def _read(read: Callable[[Path], Any], file: Path, path: str) -> Any:
    try:
        return read(file)
    except Exception as error:  # whatever the readers of these formats raise
        reason = f"{type(error).__name__} {error}".strip().rstrip(".")
        message = Errors.DAMAGED_TABLE.format(path=path, file=file, reason=reason)
        raise ValueError(message) from error


def _mode(file: Path) -> Any:
    return srsly.read_json(file).get("mode")


def _map_vectors(file: Path) -> Floats2d:
    data = numpy.lib.format.open_memmap(file, mode="r")
    if data.ndim != 2 or data.dtype.kind not in "fiu":
        raise ValueError(f"it holds an array of {data.dtype} of shape {data.shape}")
    return data


def _rows_of_keys(n_rows: int, file: Path) -> Dict[int, int]:
    was_enabled = gc.isenabled()
    try:
        key2row = srsly.read_msgpack(file)
    finally:
        if was_enabled:
            gc.enable()  # srsly leaves it off after an error
    if not isinstance(key2row, dict):
        raise ValueError(f"it holds a {type(key2row).__name__}")
    rows = numpy.fromiter(key2row.values(), "int64", len(key2row))
    if rows.min(initial=0) < 0 or rows.max(initial=-1) >= n_rows:
        raise ValueError(f"it names rows from {rows.min()} to {rows.max()} of {n_rows} rows")
    return key2row


def _find_rows(key2row: Any, vocab: Vocab, exact: Ints1d, lower: Ints1d) -> Tuple[Ints1d, Ints1d]:
    """The row of each word, -1 if there is none, and the key that it was found by."""
    get, strings = key2row.get, vocab.strings
    rows = numpy.array([get(key, -1) for key in exact.tolist()], dtype="int32")
    missing = numpy.flatnonzero(rows < 0)
    rows[missing] = [get(key, -1) for key in lower[missing].tolist()]
    found = exact.copy()
    found[missing] = numpy.where(rows[missing] < 0, exact[missing], lower[missing])
    missing = missing[rows[missing] < 0]
    for word, key in zip(missing.tolist(), lower[missing].tolist()):
        for form in _rarer_forms(strings[key]):
            if form in key2row:
                rows[word], found[word] = get(form), form
                break
    return rows, found


def _rarer_forms(lower: str) -> Iterator[int]:
    """The keys that a word goes by if it is in the table neither as it is nor in lower case."""
    if DIGIT.search(lower):
        yield get_string_id(DIGIT.sub("0", lower))
    yield get_string_id(lower.capitalize())


def gather_vectors(ops: Ops, data: Floats2d, rows: Ints1d) -> Floats2d:
    """Rows of a table.

    ops (Ops): Backend.
    data (Floats2d): The table, wherever it lies.
    rows (Ints1d): Numbers of rows; below 0: none. On the CPU.
    RETURNS (Floats2d): A new array, zero where there is no row.
    """
    if not len(data):
        return ops.alloc2f(len(rows), data.shape[1])
    at = get_array_module(data).asarray(rows)
    vectors = ops.asarray2f(data[at])  # of the last row where there is none
    vectors[ops.xp.asarray(rows < 0)] = 0
    return vectors


def normalized(ops: Ops, vectors: Floats2d) -> Floats2d:
    """Vectors of a root mean square of 1 (Zhang & Sennrich 2019, equation 4, without a gain); a
    vector that is zero stays.

    ops (Ops): Backend.
    vectors (Floats2d): The vectors. *Shape:* `(n, nV)`.
    RETURNS (Floats2d): A new array.
    """
    mean_squares = (vectors**2).mean(axis=1, keepdims=True)
    return vectors / ops.xp.sqrt(ops.xp.where(mean_squares > 0, mean_squares, 1))
