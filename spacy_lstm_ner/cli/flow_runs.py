"""Pipelines for `gradient-flow`: made or loaded, trained for a few steps, measured."""

from pathlib import Path
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Sequence

import numpy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import load_config, load_model, load_model_from_config, registry
from thinc.api import Config, fix_random_seed

from ..data.problems import Report
from ..diagnostics.gradient_flow import LayerFlow, measure_flow
from ..diagnostics.recurrent_watch import watch_token_layers
from ..layers.watch import token_layers
from ..pipeline.find import choose_name, find_component
from ..pipeline.lstm_ner import LSTMNer
from .flow_variants import Variant
from .gold import read_gold, without_empty

K_MAX = 50


class Run(NamedTuple):
    """What was measured of one model.

    flows (List[List[LayerFlow]]): At the start, and after training if it came to an end.
    clip_rate (Optional[float]): Share of the numbers handed back through time in training that
        `bptt_clip` limited.
    failure (Optional[str]): Why training came to no end.
    """

    flows: List[List[LayerFlow]]
    clip_rate: Optional[float] = None
    failure: Optional[str] = None


def read_config(path: Path, component: Optional[str], overrides: Dict[str, Any]) -> Config:
    """Read a training config and leave only the component in it.

    path (Path): The config.
    component (Optional[str]): The component's name; None if there is only one `lstm_ner`.
    overrides (Dict[str, Any]): Settings to change.
    RETURNS (Config): The config; its pipeline is the component. If that listens to a shared
        tok2vec, it gets one of its own instead.
    RAISES (ValueError): If there is no such component, or it cannot be told which.
    """
    config = load_config(path, overrides=overrides, interpolate=True)
    components = config.get("components", {})
    names = config.get("nlp", {}).get("pipeline", [])
    found = [name for name in names if components.get(name, {}).get("factory") == "lstm_ner"]
    name = choose_name(component, found, names)
    model = components[name].get("model", {})
    if "Tok2VecListener" in model.get("tok2vec", {}).get("@architectures", ""):
        upstream = model["tok2vec"].get("upstream", "*")
        shared = "tok2vec" if upstream == "*" else upstream
        model["tok2vec"] = components[shared]["model"]
    config["nlp"]["pipeline"], config["components"] = [name], {name: components[name]}
    config["training"]["frozen_components"] = config["training"]["annotating_components"] = []
    config["initialize"]["components"] = {
        known: settings
        for known, settings in config["initialize"].get("components", {}).items()
        if known == name
    }
    return config


def run_variant(
    config: Config,
    variant: Variant,
    data: Path,
    report: Report,
    *,
    steps: int,
    texts: int,
    seed: int,
) -> Run:
    """Measure a model at its start, train it as the config says, and measure it again.

    config (Config): What `read_config` gave.
    variant (Variant): What to change in it.
    data (Path): A .spacy or .jsonl file to train and to measure on.
    report (Report): Is given what could not be taken over.
    steps (int): Steps of training.
    texts (int): Texts to measure on.
    seed (int): Seed of weights, texts and batches.
    RETURNS (Run): What was measured.
    """
    config = config.copy()
    (name,) = config["nlp"]["pipeline"]
    config["components"][name]["model"].update(variant.settings)
    fix_random_seed(seed)
    nlp = load_model_from_config(config, auto_fill=True)
    examples = without_empty(read_gold(nlp, data, report))
    nlp.initialize(lambda: examples)
    _, ner = find_component(nlp, name)
    for layer in token_layers(ner.model):
        layer.set_param("Wh", variant.scale * layer.get_param("Wh"))
    joined = join_texts(nlp, examples, texts, seed)
    start = measure_flow(ner, joined, k_max=K_MAX, seed=seed)
    try:
        with numpy.errstate(all="ignore"):  # of what diverges, the component's own message is shown
            rate = _train(nlp, ner, examples, steps, seed)
            after = measure_flow(ner, joined, k_max=K_MAX, seed=seed)
    except ValueError as err:
        return Run([start], failure=str(err))
    return Run([start, after], rate)


def run_model(
    path: str, component: Optional[str], data: Path, report: Report, *, texts: int, seed: int
) -> Run:
    """Measure a trained model as it is.

    path (str): Name or path of the pipeline.
    component (Optional[str]): The component's name; None if there is only one `lstm_ner`.
    data (Path): A .spacy or .jsonl file.
    report (Report): Is given what could not be taken over.
    texts (int): Texts to measure on.
    seed (int): Seed of the choice of texts and tokens.
    RETURNS (Run): What was measured.
    """
    nlp = load_model(path)
    name, ner = find_component(nlp, component)
    for shared, pipe in nlp.pipeline:
        if name in getattr(pipe, "listening_components", []):
            nlp.replace_listeners(shared, name, ["model.tok2vec"])
    examples = without_empty(read_gold(nlp, data, report))
    joined = join_texts(nlp, examples, texts, seed)
    return Run([measure_flow(ner, joined, k_max=K_MAX, seed=seed)])


def join_texts(nlp: Language, examples: Sequence[Example], number: int, seed: int) -> List[Example]:
    """Join documents with those after them until each text has a token with K_MAX on both sides.

    nlp (Language): The pipeline; its tokenizer makes the tokens to predict on.
    examples (Sequence[Example]): The documents.
    number (int): Texts to choose at most, at random.
    seed (int): Seed of the choice.
    RETURNS (List[Example]): The texts.
    """
    texts: List[Doc] = []
    parts: List[Doc] = []
    for example in examples:
        parts.append(example.reference)
        if sum(map(len, parts)) > 2 * K_MAX:
            texts.append(_join(parts))
            parts = []
    texts = texts or [_join(parts)]
    order = numpy.random.RandomState(seed).permutation(len(texts))[:number]
    return [Example(nlp.make_doc(texts[i].text), texts[i]) for i in order]


def _join(docs: List[Doc]) -> Doc:
    return Doc.from_docs(docs, exclude=["user_data"])  # type: ignore[call-arg]


def _train(
    nlp: Language, ner: LSTMNer, examples: List[Example], steps: int, seed: int
) -> Optional[float]:
    training = nlp.config.interpolate()["training"]
    parts = registry.resolve({key: training[key] for key in ("batcher", "optimizer")})
    with watch_token_layers([ner.model]) as watch:
        for _, batch in zip(range(steps), parts["batcher"](_stream(examples, seed))):
            nlp.update(batch, sgd=parts["optimizer"], drop=training["dropout"])
        return watch.read()["bptt_clip_rate"]


def _stream(examples: List[Example], seed: int) -> Iterator[Example]:
    rng = numpy.random.RandomState(seed)
    while True:
        yield from (examples[i] for i in rng.permutation(len(examples)))
