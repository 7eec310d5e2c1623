"""Corrupted copies of a component's own files, and what may come of them."""

import hashlib
import re
from pathlib import Path
from random import Random
from typing import Any, Callable, Dict, List

import srsly

from spacy_lstm_ner.errors.storage import StorageErrors

Files = Dict[str, bytes]
PICKLE = b"cposix\nsystem\n(S'echo code was run'\ntR."
BOMBS = [
    b"\xdd\xff\xff\xff\xff",  # an array of 4 billion
    b"\xdf\xff\xff\xff\xff" * 40,  # maps in maps
    b"\xc6\xff\xff\xff\xff",  # 4 GB of bytes
    b"\xdd\x00\x00\x40\x00" * 300 + b"\x00" * 20_000,  # arrays as long as the file, nested
    b"\x91" * 100_000,
    b"[" * 100_000,
    b'{"labels": ' * 100_000,
    b'{"labels": 1e999999999}',
    b'{"format": 123456789012345678901234567890}',
    b"",
    PICKLE,
]
OURS = [
    re.compile(re.sub(r"\\\{.*?\\\}", ".*", re.escape(text)), re.DOTALL)
    for name, text in vars(StorageErrors).items()
    if name.isupper()
]


def is_ours(error: Exception) -> bool:
    """Whether an error is one of those that tell about a damaged file."""
    known = isinstance(error, (ValueError, OSError))
    return known and any(pattern.fullmatch(str(error)) for pattern in OURS)


def cut(rng: Random, data: bytes) -> bytes:
    return data[: rng.randrange(max(len(data), 1))]


def flip(rng: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice([1, 1, 1, 2, 8, 100])):
        if changed:
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def overwrite(rng: Random, data: bytes) -> bytes:
    at, size = rng.randrange(len(data) + 1), rng.choice([1, 4, 64, 4096])
    new = rng.choice([bytes(size), b"\xff" * size, rng.randbytes(size)])
    return data[:at] + new[: len(data) - at] + data[at + size :]


def insert(rng: Random, data: bytes) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.randbytes(rng.choice([1, 16, 512])) + data[at:]


def leave_out(rng: Random, data: bytes) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + data[at + rng.choice([1, 16, 512]) :]


def repeat(rng: Random, data: bytes) -> bytes:
    at, size = rng.randrange(len(data) + 1), rng.choice([1, 16, 512])
    return data[: at + size] + data[at:]


def bomb(rng: Random, data: bytes) -> bytes:
    return rng.choice(BOMBS)


DAMAGES: List[Callable[[Random, bytes], bytes]] = [
    *(cut, flip, flip, overwrite, insert, leave_out, repeat, bomb)
]


def corrupt(rng: Random, files: Files) -> Files:
    """Damage, swap or lose files: at times more than one."""
    changed = dict(files)
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        name = rng.choice(sorted(files))
        what = rng.random()
        if what < 0.04:
            changed.pop(name, None)
        elif what < 0.08:
            changed[name] = files[rng.choice(sorted(files))]
        else:
            changed[name] = rng.choice(DAMAGES)(rng, changed.get(name, files[name]))
    return changed


def seal(files: Files) -> Files:
    """Give changed files the digests that belong to them, as someone who forges them would."""
    sealed = dict(files)
    for name in ("cfg", "model"):
        if name in files:
            digest = hashlib.sha256(files[name]).hexdigest()
            sealed[f"{name}.sha256"] = f"{digest}  {name}\n".encode()
    return sealed


def write(folder: Path, files: Files) -> None:
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    for name, data in files.items():
        (folder / name).write_bytes(data)


def pack(rng: Random, files: Files) -> bytes:
    """The files as `to_bytes` packs them, at times damaged as a whole."""
    packed: bytes = srsly.msgpack_dumps(files)
    return rng.choice(DAMAGES)(rng, packed) if rng.random() < 0.5 else packed


def outcome(load: Callable[[], Any], answers: Callable[[Any], Any], expected: Any) -> str:
    """Load and say what came of it: "refused", "same", "other" answers, or "unexplained"."""
    try:
        component = load()
    except Exception as error:
        return "refused" if is_ours(error) else f"unexplained: {type(error).__name__}: {error}"
    try:
        return "same" if answers(component) == expected else "other"
    except Exception as error:
        return f"other ({type(error).__name__})"
