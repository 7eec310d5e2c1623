"""Bytes on disk ↔ lines of text."""

import codecs
import gzip
import io
import zipfile
import zlib
from pathlib import Path
from typing import Iterator, List

from ..errors import Errors, Warnings
from .problems import Problem, Report

GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"


def read_lines(path: Path, encoding: str, report: Report) -> List[str]:
    """Read a text file, plain, in gzip or alone in a zip. A line ends at `\\n` only, since tokens
    may hold every other kind of white space; a `\\r` before it goes away, as does a byte order
    mark.

    path (Path): The file.
    encoding (str): Its encoding.
    report (Report): Is given each line with bytes that are not in this encoding. They become
        U+FFFD.
    RETURNS (List[str]): The lines.
    RAISES (ValueError): If the encoding is unknown or the file cannot be unpacked.
    """
    name = _codec(encoding)
    data = _unpack(path)
    try:
        lines = data.decode(name).split("\n")
    except UnicodeDecodeError:
        rows = enumerate(data.split(b"\n"), start=1)
        lines = [_decode(row, number, name, path, report) for number, row in rows]
    if lines[-1] == "":
        lines.pop()
    return [line.removesuffix("\r") for line in lines]


def stream_lines(path: Path, encoding: str, report: Report) -> Iterator[str]:
    """The same as `read_lines`, one line at a time where the file is not packed and a line feed is
    one byte in its encoding: a file may be larger than memory.

    path (Path): The file.
    encoding (str): Its encoding.
    report (Report): Is given each line with bytes that are not in this encoding.
    YIELDS (str): The lines.
    RAISES (ValueError): If the encoding is unknown or the file cannot be unpacked.
    """
    name = _codec(encoding)
    with path.open("rb") as file:
        is_packed = file.read(len(GZIP)) in (GZIP, ZIP)
        if is_packed or "\n".encode(name.removesuffix("-sig")) != b"\n":
            yield from read_lines(path, encoding, report)
            return
        file.seek(0)
        for number, row in enumerate(file, start=1):
            of_row = name if number == 1 else name.removesuffix("-sig")
            line = _decode(row.removesuffix(b"\n"), number, of_row, path, report)
            yield line.removesuffix("\r")


def write_text(path: Path, text: str) -> None:
    """Write a text file in UTF-8, in gzip if its name ends with `.gz`. The same text gives the
    same bytes.

    path (Path): The file.
    text (str): All of it.
    """
    data = text.encode("utf8")
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)


def _codec(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
    except LookupError:
        raise ValueError(Errors.ENCODING_NAME.format(encoding=encoding)) from None
    return "utf-8-sig" if name == "utf-8" else name  # a byte order mark is no text


def _unpack(path: Path) -> bytes:
    data = path.read_bytes()
    try:
        if data.startswith(GZIP):
            return gzip.decompress(data)
        if data.startswith(ZIP):
            return _only_member(path, data)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as err:
        raise ValueError(Errors.COMPRESSED.format(path=path, reason=err)) from err
    return data


def _only_member(path: Path, data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [info.filename for info in archive.infolist() if not info.is_dir()]
        names = [name for name in names if not name.startswith("__MACOSX/")]
        if len(names) != 1:
            shown = ", ".join(names)
            raise ValueError(Errors.ZIP_MEMBERS.format(path=path, total=len(names), names=shown))
        return archive.read(names[0])


def _decode(row: bytes, number: int, encoding: str, path: Path, report: Report) -> str:
    try:
        return row.decode(encoding)
    except UnicodeDecodeError as err:
        text = row.decode(encoding, errors="replace")
        message = Warnings.BAD_BYTES.format(
            byte=err.start + 1, encoding=encoding.removesuffix("-sig"), reason=err.reason
        )
        report(Problem("bad encoding", path, number, text, message))
        return text
