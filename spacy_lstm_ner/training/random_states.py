"""The states of the random generators that spaCy seeds, as bytes and numbers."""

import random
from array import array
from base64 import b64decode, b64encode
from functools import partial
from typing import Any, Callable, Dict, List, NamedTuple, Tuple

import numpy
from thinc.util import has_cupy_gpu

State = Tuple[Any, ...]  # bytes, then numbers


class Source(NamedTuple):
    """A generator. `get` gives its state, `set` puts it back."""

    get: Callable[[], State]
    set: Callable[[State], None]


def get_states(sources: Dict[str, Source]) -> Dict[str, State]:
    """The states of some generators.

    sources (Dict[str, Source]): The generators by name.
    RETURNS (Dict[str, State]): Their states, which can be compared.
    """
    return {name: source.get() for name, source in sources.items()}


def set_states(states: Dict[str, State]) -> None:
    """Put states back.

    states (Dict[str, State]): By the name of the generator. Those of generators that are not there
        are left out.
    """
    sources = all_sources()
    for name in states.keys() & sources.keys():
        sources[name].set(states[name])


def all_sources() -> Dict[str, Source]:
    """Every generator whose state can be read. Cupy's cannot: see `reseed`."""
    from torch import cuda, get_rng_state, set_rng_state  # noqa: PLC0415

    sources = {**CHEAP, "torch": _torch_source(get_rng_state, set_rng_state)}
    for device in range(cuda.device_count() if cuda.is_initialized() else 0):
        sources[f"cuda{device}"] = _torch_source(
            partial(cuda.get_rng_state, device), partial(cuda.set_rng_state, device=device)
        )
    return sources


def reseed(seed: int) -> None:
    """Seed the generator whose state cannot be stored, cupy's, where there is a GPU.

    seed (int): The seed.
    """
    if has_cupy_gpu:
        import cupy  # noqa: PLC0415

        cupy.random.seed(seed)


def to_json(states: Dict[str, State]) -> Dict[str, List[Any]]:
    """States as JSON can hold them.

    states (Dict[str, State]): The states.
    RETURNS (Dict[str, List[Any]]): Bytes in base 64.
    """
    return {name: [b64encode(data).decode(), *rest] for name, (data, *rest) in states.items()}


def from_json(record: Dict[str, List[Any]]) -> Dict[str, State]:
    """The way back from `to_json`.

    record (Dict[str, List[Any]]): What it gave.
    RETURNS (Dict[str, State]): The states.
    """
    return {name: (b64decode(data), *rest) for name, (data, *rest) in record.items()}


def _get_python() -> State:
    version, words, gauss = random.getstate()
    return array("I", words).tobytes(), version, gauss


def _set_python(state: State) -> None:
    data, version, gauss = state
    random.setstate((version, tuple(array("I", data)), gauss))


def _get_numpy() -> State:
    state: Any = numpy.random.get_state()
    name, words, *rest = state
    return (words.tobytes(), name, *rest)


def _set_numpy(state: State) -> None:
    data, name, *rest = state
    numpy.random.set_state((name, numpy.frombuffer(data, dtype="uint32"), *rest))


def _torch_source(get: Callable[[], Any], put: Callable[[Any], None]) -> Source:
    def put_bytes(state: State) -> None:
        from torch import from_numpy  # noqa: PLC0415

        put(from_numpy(numpy.frombuffer(state[0], dtype="uint8").copy()))

    return Source(lambda: (get().numpy().tobytes(),), put_bytes)


# Those that readers, augmenters and batchers draw from: read at each step.
CHEAP = {"python": Source(_get_python, _set_python), "numpy": Source(_get_numpy, _set_numpy)}
