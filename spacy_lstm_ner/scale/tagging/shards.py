"""Input files, and the pieces they are cut into."""

import os
from pathlib import Path, PurePosixPath
from typing import Any, Dict, Iterator, List, NamedTuple, Set, Tuple

from ...errors import Errors

KINDS = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".jsonl.gz": "jsonl",
    ".ndjson.gz": "jsonl",
    ".txt": "text",
    ".txt.gz": "text",
    ".parquet": "parquet",
}
ALL = -1  # as the end of a piece: to the end of the file


class ShardError(ValueError):
    """An input file cannot be read, or not to its end."""


class Shard(NamedTuple):
    """An input file.

    path (str): Where it is.
    source (str): Its path within the input.
    size (int): Bytes.
    mtime_ns (int): When it was changed last.
    """

    path: str
    source: str
    size: int
    mtime_ns: int

    @property
    def name(self) -> str:
        """What its output is named after: `source` without the ending."""
        return self.source[: -len(_ending(Path(self.source)))]


class Piece(NamedTuple):
    """A part of an input file that is tagged as one and makes one output file.

    name (str): Name of the output file, without the ending.
    path (str): The input file.
    source (str): Its path within the input, by which ids name it.
    file_size (int): Its bytes.
    mtime_ns (int): When it was changed last.
    start (int): Where it begins: a byte, or in Parquet the number of a row group. Lines that
        begin in it belong to it.
    end (int): Where it ends, exclusive; `ALL`: with the file.
    size (int): About how many bytes.
    """

    name: str
    path: str
    source: str
    file_size: int
    mtime_ns: int
    start: int
    end: int
    size: int


def kind_of(path: str) -> str:
    """What a file holds, by its ending.

    path (str): The file.
    RETURNS (str): "jsonl", "text" or "parquet".
    """
    return KINDS[_ending(Path(path))]


def find_shards(path: Path) -> List[Shard]:
    """Find the input files. Names that begin with a dot or an underscore are passed by.

    path (Path): A file or a folder, with its subfolders.
    RETURNS (List[Shard]): In the order of their names.
    RAISES (ValueError): If there is none, one has an unknown ending, or two have one name.
    """
    known = ", ".join(KINDS)
    root = path if path.is_dir() else path.parent
    files = sorted(_files_in(path)) if path.is_dir() else [path]
    shards: Dict[str, Shard] = {}
    for file in files:
        ending = _ending(file)
        if ending not in KINDS:
            raise ValueError(Errors.SHARD_ENDING.format(path=file, known=known))
        stat = file.stat()
        source = file.relative_to(root).as_posix()
        shard = Shard(str(file.absolute()), source, stat.st_size, stat.st_mtime_ns)
        _check_name(shard.name, shard.path, shards.get(shard.name))
        shards[shard.name] = shard
    if not shards:
        raise ValueError(Errors.NO_SHARDS.format(path=path, known=known))
    return list(shards.values())


def cut(shard: Shard, piece_bytes: int) -> List[Piece]:
    """Cut a file into pieces: lines by bytes, Parquet between row groups, and gzip, which can
    only be read from its begin, not at all.

    shard (Shard): The file.
    piece_bytes (int): Wanted size of a piece; a row group may be larger.
    RETURNS (List[Piece]): At least one.
    """
    if shard.path.endswith(".gz"):
        ranges = [(0, ALL, shard.size)]
    elif kind_of(shard.path) == "parquet":
        ranges = _row_groups(shard, piece_bytes)
    else:
        ranges = [
            (start, min(start + piece_bytes, shard.size), min(piece_bytes, shard.size - start))
            for start in range(0, max(shard.size, 1), piece_bytes)
        ]
    names = [f"{shard.name}-{number:05d}" for number in range(len(ranges))]
    if len(ranges) == 1:
        names = [shard.name]
    return [Piece(name, *shard, *place) for name, place in zip(names, ranges)]


def check_names(pieces: List[Piece], endings: Set[str]) -> None:
    """See that no two pieces have one name, and that no file has the name of another's folder.

    pieces (List[Piece]): All pieces.
    endings (Set[str]): Of the files that are named after pieces.
    RAISES (ValueError): If two are in each other's way.
    """
    files: Dict[str, Piece] = {}
    for piece in pieces:
        _check_name(piece.name, piece.path, files.get(f"{piece.name}.json"))
        files.update((f"{piece.name}.{ending}", piece) for ending in endings)
    for piece in pieces:
        for folder in PurePosixPath(piece.name).parents:
            file = files.get(str(folder))
            if file is not None:
                paths = {"first": file.path, "second": piece.path}
                raise ValueError(Errors.NAME_OF_FOLDER.format(name=folder, **paths))


def check_unchanged(piece: Piece) -> None:
    """RAISES (ShardError): If the file is not what it was when it was cut, or is gone."""
    try:
        stat = os.stat(piece.path)
    except OSError as error:
        raise ShardError(Errors.SHARD_UNREADABLE.format(path=piece.path, reason=error)) from error
    if (stat.st_size, stat.st_mtime_ns) != (piece.file_size, piece.mtime_ns):
        reason = Errors.SHARD_CHANGES.format(before=piece.file_size, now=stat.st_size)
        raise ShardError(Errors.SHARD_UNREADABLE.format(path=piece.path, reason=reason))


def _check_name(name: str, path: str, other: Any) -> None:
    if other is not None:
        raise ValueError(Errors.SAME_NAME.format(first=other.path, second=path, name=name))


def _files_in(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name[0] in "._":
            continue
        if path.is_dir():
            yield from _files_in(path)
        else:
            yield path


def _ending(path: Path) -> str:
    last_two = "".join(path.suffixes[-2:])
    return last_two if last_two in KINDS else path.suffix


def _row_groups(shard: Shard, piece_bytes: int) -> List[Tuple[int, int, int]]:
    """Ranges of row groups that have about the wanted size. A file that cannot be read is one
    piece, and says why when its turn comes."""
    from pyarrow import ArrowException  # noqa: PLC0415
    from pyarrow.parquet import read_metadata  # noqa: PLC0415

    try:
        metadata = read_metadata(shard.path)
    except (ArrowException, OSError):
        return [(0, ALL, shard.size)]
    ranges, start, size = [], 0, 0
    for number in range(metadata.num_row_groups):
        size += metadata.row_group(number).total_byte_size
        if size >= piece_bytes:
            ranges.append((start, number + 1, size))
            start, size = number + 1, 0
    if start < metadata.num_row_groups or not ranges:
        ranges.append((start, metadata.num_row_groups, size))
    return ranges
