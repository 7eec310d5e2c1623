"""What a saved component consists of, and what is checked before any of it is taken over.

| part | what it is |
|------|------------|
| `cfg` | JSON: labels, settings, and the number of this format |
| `model` | msgpack: the weights, as thinc writes them |
| `cfg.sha256`, `model.sha256` | their digests, as `sha256sum --check` reads them |

A digest is checked before its part is decoded, so a damaged file is told from a whole one whatever
its damage decodes to. A part without a digest is not checked: earlier versions wrote none.
"""

import gc
import hashlib
from pathlib import Path
from typing import Any, Collection, Dict, List, Mapping, NamedTuple, Optional

import srsly
from thinc.api import Model

from ..errors import Errors

FORMAT = 1
PARTS = ("cfg", "model")
DIGEST = ".sha256"


class Stored(NamedTuple):
    """What was read and checked; None: left out.

    cfg (Optional[Dict[str, Any]]): The component's `cfg`.
    model (Optional[Dict[str, Any]]): What `Model.from_dict` takes.
    """

    cfg: Optional[Dict[str, Any]]
    model: Optional[Dict[str, Any]]


def make_parts(
    cfg: Mapping[str, Any], model: Model[Any, Any], exclude: Collection[str]
) -> Dict[str, bytes]:
    """Write the parts of a component.

    cfg (Mapping[str, Any]): The component's `cfg`.
    model (Model): Its model.
    exclude (Collection[str]): Parts to leave out, with their digests.
    RETURNS (Dict[str, bytes]): The parts by name. The same component gives the same bytes.
    """
    parts = {}
    if "cfg" not in exclude:
        text: str = srsly.json_dumps({**cfg, "format": FORMAT}, indent=2)
        parts["cfg"] = text.encode("utf8")
    if "model" not in exclude:
        parts["model"] = model.to_bytes()
    digests = {name + DIGEST: _digest_line(name, data) for name, data in parts.items()}
    return {**parts, **digests}


def files_of(folder: Path, exclude: Collection[str]) -> Dict[str, bytes]:
    """Read the files of a component.

    folder (Path): What `to_disk` wrote.
    exclude (Collection[str]): Parts to leave out.
    RETURNS (Dict[str, bytes]): The parts by name.
    RAISES (OSError): If a part is missing or cannot be read.
    """
    parts = {}
    for name in PARTS:
        if name in exclude:
            continue
        if not (folder / name).exists():
            raise FileNotFoundError(Errors.FILE_MISSING.format(source=folder, name=name))
        parts[name] = (folder / name).read_bytes()
        if (folder / (name + DIGEST)).exists():
            parts[name + DIGEST] = (folder / (name + DIGEST)).read_bytes()
    return parts


def parts_of(message: bytes, source: str) -> Dict[str, bytes]:
    """Take apart what `to_bytes` gave.

    message (bytes): The parts, packed.
    source (str): What it is called in messages.
    RETURNS (Dict[str, bytes]): The parts by name, "vocab" among them.
    RAISES (ValueError): If it is damaged.
    """
    parts: Dict[str, Any] = _unpack(message, "all", source)
    known = [*PARTS, *(name + DIGEST for name in PARTS), "vocab"]
    unknown = [name for name in parts if name not in known]
    if unknown:
        given = ", ".join(map(repr, unknown))
        raise ValueError(
            Errors.UNKNOWN_PARTS.format(source=source, unknown=given, known=", ".join(known))
        )
    if isinstance(parts.get("cfg"), str):  # as earlier versions wrote it
        parts["cfg"] = parts["cfg"].encode("utf8")
    for name, part in parts.items():
        if not isinstance(part, bytes):
            raise _unreadable(name, source, TypeError(f"it is a {type(part).__name__}"))
    return parts


def read_parts(parts: Mapping[str, bytes], model: Model[Any, Any], source: str) -> Stored:
    """Check parts and decode them.

    parts (Mapping[str, bytes]): The parts by name; those that are left out are not there.
    model (Model): The model that the weights are for. It is not changed.
    source (str): What the parts come from, for messages.
    RETURNS (Stored): What they hold.
    RAISES (ValueError): If a part is damaged, too new, or not for this model.
    """
    for name in PARTS:
        if name in parts:
            _check_digest(name, parts[name], parts.get(name + DIGEST), source)
    cfg = _read_cfg(parts["cfg"], source) if "cfg" in parts else None
    msg = _read_model(parts["model"], model, source) if "model" in parts else None
    return Stored(cfg, msg)


def load_model(model: Model[Any, Any], msg: Dict[str, Any], source: str) -> None:
    """Give a model its weights.

    model (Model): The model, changed in place.
    msg (Dict[str, Any]): What `read_parts` gave.
    source (str): What the weights come from, for messages.
    RAISES (ValueError): If the weights do not fit.
    """
    try:
        model.from_dict(msg)
    except Exception as error:
        raise ValueError(
            Errors.MISFIT.format(name="model", source=source, reason=_in_words(error))
        ) from error


def _digest_line(name: str, data: bytes) -> bytes:
    return f"{hashlib.sha256(data).hexdigest()}  {name}\n".encode()


def _check_digest(name: str, data: bytes, digest: Optional[bytes], source: str) -> None:
    given = _digest_line(name, data)
    if digest is not None and digest != given:
        expected = digest[:64].decode("ascii", errors="replace")
        raise ValueError(
            Errors.FILE_CHANGED.format(
                name=name,
                source=source,
                given=given[:64].decode(),
                digest=name + DIGEST,
                expected=expected,
            )
        )


def _read_cfg(data: bytes, source: str) -> Dict[str, Any]:
    try:
        cfg: Dict[str, Any] = dict(srsly.json_loads(data.decode("utf8")))
        labels = cfg.get("labels", [])
        if not (isinstance(labels, list) and all(isinstance(label, str) for label in labels)):
            raise TypeError(f"its labels are {labels!r}, no list of strings")
    except (TypeError, ValueError) as error:
        raise ValueError(
            Errors.UNREADABLE.format(
                name="cfg", source=source, expected="a JSON object", reason=_in_words(error)
            )
        ) from error
    given = cfg.pop("format", FORMAT)
    if not isinstance(given, int) or not 1 <= given <= FORMAT:
        raise ValueError(
            Errors.NEWER_FORMAT.format(name="cfg", source=source, given=given, known=FORMAT)
        )
    return cfg


def _read_model(data: bytes, model: Model[Any, Any], source: str) -> Dict[str, Any]:
    msg = _unpack(data, "model", source)
    try:
        reason = _misfit(list(model.walk()), msg["nodes"])
    except (AttributeError, KeyError, TypeError) as error:
        raise _unreadable("model", source, error) from error
    if reason:
        raise ValueError(Errors.MISFIT.format(name="model", source=source, reason=reason))
    return msg


def _misfit(nodes: List[Model[Any, Any]], stored: List[Dict[str, Any]]) -> Optional[str]:
    """What tells stored layers from those of the config, if anything does."""
    if len(stored) != len(nodes):
        return f"they are of {len(stored)} layers, and it has {len(nodes)}"
    for node, info in zip(nodes, stored):
        for dim, size in info["dims"].items():
            if size is not None and node.has_dim(dim) and node.get_dim(dim) != size:
                return f"its layer '{node.name}' has {dim} = {node.get_dim(dim)}, theirs {size}"
    return None


def _unpack(data: bytes, name: str, source: str) -> Dict[str, Any]:
    """Decode msgpack. It is data alone: nothing in it can name code to run."""
    was_enabled = gc.isenabled()
    try:
        found = srsly.msgpack_loads(data)
        if not isinstance(found, dict):
            raise TypeError(f"it holds a {type(found).__name__}")
    except Exception as error:
        raise _unreadable(name, source, error) from error
    finally:
        if was_enabled:
            gc.enable()  # srsly leaves it off after an error
    return found


def _unreadable(name: str, source: str, error: Exception) -> ValueError:
    return ValueError(
        Errors.UNREADABLE.format(
            name=name, source=source, expected="msgpack of its kind", reason=_in_words(error)
        )
    )


def _in_words(error: Exception) -> str:
    return f"{type(error).__name__} {error}".strip().rstrip(".")
