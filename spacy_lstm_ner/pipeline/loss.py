"""What the component learns from: the annotation, negative spans, the share of entities."""

from dataclasses import dataclass
from typing import Dict, Iterable, Optional, Sequence, Tuple

from spacy.training import Example
from thinc.api import get_array_module

from ..errors import Errors, Warnings
from ..ops.crf import crf_loss
from ..ops.entity_ratio import entity_ratio_loss
from ..ops.negative import negative_loss
from ..tags.align import gold_mask
from ..tags.constraints import structural_mask
from ..tags.negatives import negative_spans
from ..tags.tagset import O, TagSet
from ..tags.tally import Doubts
from ..types import Bools2d, Constraints, Packed, TagScores


@dataclass(frozen=True)
class LossSettings:
    """What is learned beside the annotation itself.

    incorrect_spans_key (Optional[str]): Spans in `reference.spans` that are known not to be
        entities with their label.
    entity_ratio (Optional[float]): Share of the tokens that entities have in the training text.
        None: no matter.
    entity_ratio_margin (float): How far the share in a batch may be off for nothing.
    entity_ratio_weight (float): Loss for each token that the share is off beyond the margin.
    RAISES (ValueError): If a number is out of range.
    """

    incorrect_spans_key: Optional[str] = None
    entity_ratio: Optional[float] = None
    entity_ratio_margin: float = 0.05
    entity_ratio_weight: float = 1.0

    def __post_init__(self) -> None:
        if self.entity_ratio is not None and not 0 < self.entity_ratio < 1:
            rule = "a share r with 0 < r and r < 1, or null"
            raise ValueError(
                Errors.SIZE.format(name="entity_ratio", value=self.entity_ratio, rule=rule)
            )
        for name in ("entity_ratio_margin", "entity_ratio_weight"):
            if getattr(self, name) < 0:
                raise ValueError(
                    Errors.SIZE.format(name=name, value=getattr(self, name), rule="0 or more")
                )


def ner_loss(
    examples: Iterable[Example],
    scores: TagScores,
    constraints: Constraints,
    tagset: TagSet,
    settings: LossSettings,
) -> Tuple[float, TagScores, Doubts]:
    """The loss of a batch, summed over its tokens, and its gradient.

    examples (Iterable[Example]): The batch.
    scores (TagScores): What the model gave for the predicted Docs.
    constraints (Constraints): Tags that may start, follow and end.
    tagset (TagSet): The tags.
    settings (LossSettings): What is learned beside the annotation itself.
    RETURNS (Tuple[float, TagScores, Doubts]): The loss, its gradient, and what in the annotation
        cannot be taken as it stands.
    """
    examples, layout = list(examples), scores.emissions.layout
    structural = structural_mask([example.predicted for example in examples], tagset)
    gold, doubts = gold_mask(examples, tagset, structural)
    xp = get_array_module(scores.transitions)
    valid: Bools2d = xp.asarray(structural)[layout.flat_rows]
    told: Bools2d = xp.asarray(structural & gold)[layout.flat_rows]
    parts = [crf_loss(scores, constraints, valid, told)]
    if settings.incorrect_spans_key is not None:
        spans, doubts.negatives = negative_spans(
            examples, tagset, structural & gold, settings.incorrect_spans_key
        )
        if len(spans.sequences):
            parts.append(negative_loss(scores, constraints, told, tagset.span_tags, spans))
    if settings.entity_ratio is not None:
        part = entity_ratio_loss(
            scores,
            constraints,
            valid,
            ratio=settings.entity_ratio,
            margin=settings.entity_ratio_margin,
            weight=settings.entity_ratio_weight,
            outside=O,
        )
        parts.append(part)
    return (*_sum(parts), doubts)


def check_examples(examples: Iterable[Example], tagset: TagSet, settings: LossSettings) -> Doubts:
    """Look for what in the annotation cannot be taken as it stands.

    examples (Iterable[Example]): All training data.
    tagset (TagSet): The tags.
    settings (LossSettings): What is learned beside the annotation itself.
    RETURNS (Doubts): What was found.
    """
    doubts, key = Doubts(), settings.incorrect_spans_key
    for example in examples:
        structural = structural_mask([example.predicted], tagset)
        gold, found = gold_mask([example], tagset, structural)
        if key is not None:
            found.negatives = negative_spans([example], tagset, structural & gold, key)[1]
        doubts.extend(found)
    return doubts


def doubt_warnings(doubts: Doubts, name: str, settings: LossSettings) -> Dict[str, str]:
    """Put doubts into words.

    doubts (Doubts): What was found.
    name (str): Name of the component.
    settings (LossSettings): What is learned beside the annotation itself.
    RETURNS (Dict[str, str]): A message for each kind that there is.
    """
    messages = {
        "unlearnable": (Warnings.UNKNOWN_GOLD, doubts.unlearnable),
        "undeclared": (Warnings.UNDECLARED, doubts.undeclared),
        "negatives": (Warnings.NEGATIVES, doubts.negatives),
    }
    return {
        kind: message.format(
            name=name,
            key=settings.incorrect_spans_key,
            total=tally.total,
            counts=tally.listed,
            shown="; ".join(tally.shown),
        )
        for kind, (message, tally) in messages.items()
        if tally.total
    }


def _sum(parts: Sequence[Tuple[float, TagScores]]) -> Tuple[float, TagScores]:
    losses, gradients = zip(*parts)
    return sum(losses), TagScores(
        emissions=Packed(sum(g.emissions.data for g in gradients), gradients[0].emissions.layout),
        start=sum(g.start for g in gradients),
        transitions=sum(g.transitions for g in gradients),
        end=sum(g.end for g in gradients),
    )
