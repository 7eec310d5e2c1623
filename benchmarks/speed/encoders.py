"""Recurrent encoders that are compared, and what they are fed with."""

from typing import Any, List, Sequence

import numpy
import torch
from spacy import registry

from spacy_lstm_ner.types import Floats2d

OURS = "spacy-lstm-ner.LSTMEncoder.v1"
SPACY = "spacy.TorchBiLSTMEncoder.v1"
WIDTH = 256  # in and out; 128 each way


def kernels() -> List[str]:
    """What our encoder can be told to predict with, in single precision.

    RETURNS (List[str]): "auto" first.
    """
    return ["auto", "numpy", *(["torch"] if torch.backends.mkldnn.is_available() else [])]


def make_inputs(lengths: Sequence[int]) -> List[Floats2d]:
    """Draw vectors of the tokens of some sequences.

    lengths (Sequence[int]): Tokens of each.
    RETURNS (List[Floats2d]): One array a sequence, always the same.
    """
    rng = numpy.random.default_rng(0)
    return [rng.standard_normal((n, WIDTH)).astype("float32") for n in lengths]


def make_encoder(architecture: str, **settings: Any) -> Any:
    """A recurrent encoder over lists of arrays, ready to run.

    architecture (str): Its registered name.
    **settings (Any): More of the architecture's arguments.
    RETURNS (Any): The initialized model.
    """
    make = registry.get("architectures", architecture)
    model = make(width=WIDTH, depth=1, dropout=0.0, **settings)
    sample = [numpy.zeros((2, WIDTH), dtype="float32")]
    model.initialize(X=sample)
    return model


def runs_onednn(model: Any, Xs: List[Floats2d]) -> bool:
    """Whether torch's fused recurrent primitive really computes a prediction, by torch's own
    profiler: the name of a setting proves nothing.

    model (Any): An encoder.
    Xs (List[Floats2d]): One array a sequence.
    RETURNS (bool): True if the primitive was called.
    """
    with torch.autograd.profiler.profile(use_kineto=False) as profile:
        model.predict(Xs)
    return any("mkldnn_rnn" in event.name for event in profile.function_events)


def split_batches(Xs: List[Floats2d], size: int) -> List[List[Floats2d]]:
    """Cut a list into batches.

    Xs (List[Floats2d]): One array a sequence.
    size (int): Sequences a batch.
    RETURNS (List[List[Floats2d]]): The batches.
    """
    return [Xs[at : at + size] for at in range(0, len(Xs), size)]
