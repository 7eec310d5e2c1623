"""The factory `lstm_ner`, as `nlp.add_pipe` and configs find it."""

from typing import Callable, Dict, List, Optional, Union

from spacy.language import Language
from spacy.tokens import Doc
from thinc.api import Config, Model

from ..types import TagScheme, TagScores
from .loss import LossSettings
from .lstm_ner import LSTMNer

DEFAULT_CONFIG = """
[component]
tag_scheme = "biluo"
constrained = true
max_grad_norm = null
decoder = "viterbi"
threshold = null
confidence = false
spans_key = null
min_probability = null
max_width = null
rejected_spans_key = null
calibrated = true
incorrect_spans_key = null
entity_ratio = null
entity_ratio_margin = 0.05
entity_ratio_weight = 1.0

[component.model]
@architectures = "spacy-lstm-ner.LSTMTagger.v1"
width = 200
depth = 1
head = "crf"
nO = null

[component.model.tok2vec]
@architectures = "spacy-lstm-ner.WordEmbed.v1"
width = 64
attrs = ["NORM", "PREFIX", "SUFFIX", "SHAPE"]
rows = [5000, 1000, 2500, 2500]
include_static_vectors = false
word_dropout_scale = 0.8

[component.scorer]
@scorers = "spacy-lstm-ner.NerScorer.v1"
"""


@Language.factory(
    "lstm_ner",
    assigns=["doc.ents", "token.ent_iob", "token.ent_type"],
    default_config=Config().from_str(DEFAULT_CONFIG)["component"],
    default_score_weights={
        "ents_f": 1.0,
        "ents_p": 0.0,
        "ents_r": 0.0,
        "ents_per_type": None,
        "ents_tag_acc": None,
        "ents_tag_acc_all_o": None,
        "ents_tag_acc_most_frequent": None,
    },
)
def make_lstm_ner(
    nlp: Language,
    name: str,
    model: Model[List[Doc], TagScores],
    tag_scheme: TagScheme,
    constrained: bool,
    max_grad_norm: Optional[float],
    decoder: str,
    threshold: Union[float, Dict[str, float], None],
    confidence: bool,
    spans_key: Optional[str],
    min_probability: Optional[float],
    max_width: Optional[int],
    rejected_spans_key: Optional[str],
    calibrated: bool,
    incorrect_spans_key: Optional[str],
    entity_ratio: Optional[float],
    entity_ratio_margin: float,
    entity_ratio_weight: float,
    scorer: Optional[Callable],
) -> LSTMNer:
    """Make the component from its config.

    nlp (Language): The pipeline.
    name (str): Name of this instance.
    model (Model[List[Doc], TagScores]): The tagger.
    tag_scheme (TagScheme): "biluo" or "iob2": the tags that entities are made of.
    constrained (bool): Whether only legal sequences of tags are possible, in training and in
        prediction. If not, entities are read off any sequence; probabilities of spans do not
        exist then.
    max_grad_norm (Optional[float]): Limit on the norm of the component's whole gradient a word.
    decoder (str): "viterbi": the entities of the most probable reading. "max_expected": the spans
        without overlaps that maximise the sum of probability minus threshold.
    threshold (Union[float, Dict[str, float], None]): The least probability of an entity, from 0
        to 1, for all labels or label by label; null, and for labels left out: 0 with "viterbi",
        0.5 with "max_expected".
    confidence (bool): Write `span._.confidence`.
    spans_key (Optional[str]): Write spans and their probabilities to `doc.spans[spans_key]` and
        its `attrs["scores"]`.
    min_probability (Optional[float]): What goes there: all spans, overlapping ones included, that
        are at least this probable; null: the entities.
    max_width (Optional[int]): The most tokens of such a span.
    rejected_spans_key (Optional[str]): Spans in `doc.spans` whose label is ruled out on their
        tokens; a span without a label rules out all of them.
    calibrated (bool): Whether probabilities are calibrated, if `spacy lstm-ner calibrate` has
        fitted how.
    incorrect_spans_key (Optional[str]): Spans in `reference.spans` that are known not to be
        entities with their label.
    entity_ratio (Optional[float]): Share of the tokens that entities have in the training text,
        for annotation that knows only entities.
    entity_ratio_margin (float): How far the share in a batch may be off for nothing.
    entity_ratio_weight (float): Loss for each token that the share is off beyond the margin.
    scorer (Optional[Callable]): The scoring method.
    RETURNS (LSTMNer): The component.
    """
    return LSTMNer(
        nlp.vocab,
        model,
        name,
        max_grad_norm=max_grad_norm,
        scorer=scorer,
        loss=LossSettings(
            incorrect_spans_key, entity_ratio, entity_ratio_margin, entity_ratio_weight
        ),
        tag_scheme=tag_scheme,
        constrained=constrained,
        decoder=decoder,
        threshold=threshold,
        confidence=confidence,
        spans_key=spans_key,
        min_probability=min_probability,
        max_width=max_width,
        rejected_spans_key=rejected_spans_key,
        calibrated=calibrated,
    )
