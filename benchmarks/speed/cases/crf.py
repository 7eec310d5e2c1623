"""The CRF's loss with its gradient, and Viterbi, beside the usual padded log-space code."""

from typing import Callable, Dict, List, NamedTuple

import numpy

from spacy_lstm_ner.ops.crf import crf_loss
from spacy_lstm_ner.ops.packing import pack_layout
from spacy_lstm_ner.ops.viterbi import viterbi
from spacy_lstm_ner.tags.constraints import scheme_constraints
from spacy_lstm_ner.tags.tagset import TagSet
from spacy_lstm_ner.types import Bools2d, Constraints, Packed, TagScores

from ..pairing import take_turns, timed
from ..results import Plan, Result, Rival, Row, speed_row
from ..rivals import padded_crf, padded_viterbi
from ..texts import sentence_lengths

FLOORS = {  # words a second that have to be reached, by kernel and tags
    ("loss and gradient", 17): 2_000_000,
    ("loss and gradient", 73): 400_000,
    ("Viterbi", 17): 2_000_000,
    ("Viterbi", 73): 600_000,
}
NEVER = -1e4  # the rival's way to forbid a transition


class Batch(NamedTuple):
    """A batch of tag scores that look like a trained tagger's, with gold tags."""

    scores: TagScores
    constraints: Constraints
    valid: Bools2d
    gold: Bools2d
    tags: numpy.ndarray

    @property
    def words(self) -> int:
        return len(self.tags)


def measure(plan: Plan) -> Result:
    """Case (d), the structured half.

    plan (Plan): How thorough to be.
    RETURNS (Result): A row for each kernel and number of tags.
    """
    rows: List[Row] = []
    sentences = plan.pick(300, 1000)
    for n_labels, usual_sentences in ((4, sentences), (18, plan.pick(50, 200))):
        batch, small = make_batch(n_labels, sentences), make_batch(n_labels, usual_sentences)
        for name, (ours, usual) in kernels(batch, small).items():
            words = {"ours": batch.words, "usual": small.words}
            found = take_turns(timed({"ours": ours, "usual": usual}), plan.pick(3, 7))
            seconds = {who: [s / words[who] for s in found[who]] for who in found}
            n_tags = 1 + 4 * n_labels
            title, floor = f"{name}, {n_tags} tags", FLOORS[name, n_tags]
            rival = Rival(f"padded, torch ({usual_sentences} sentences)", seconds["usual"])
            rows.append(speed_row(title, seconds["ours"], rival, floor=floor))
            rows.append(speed_row(f"{title}: {rival.name}", seconds["usual"]))
    notes = [
        f"{sentences:,} sentences a batch, mean 17 tokens, at most 120. Scores as of a trained "
        "tagger that is sure of 9 tags in 10. Ours works in float64 where the loss is concerned. "
        "The rival is the usual code for torch: padded, in log space, autograd; it gets smaller "
        "batches where they suit it better.",
    ]
    return Result("CRF kernels", notes, rows)


def kernels(batch: Batch, small: Batch) -> Dict[str, List[Callable[[], object]]]:
    """Ours and the usual way, by name.

    batch (Batch): For ours.
    small (Batch): For the usual way.
    RETURNS (Dict[str, List[Callable[[], object]]]): Two functions each.
    """
    forbidden = numpy.where(batch.constraints.transitions, batch.scores.transitions, NEVER)
    tied = small.scores
    tied = TagScores(tied.emissions, tied.start, forbidden.astype("float32"), tied.end)
    free = (batch.scores, batch.constraints, batch.valid)
    return {
        "loss and gradient": [
            lambda: crf_loss(*free, batch.gold),
            padded_crf(small.scores, small.tags),
        ],
        "Viterbi": [lambda: viterbi(*free), padded_viterbi(tied)],
    }


def make_batch(n_labels: int, sentences: int) -> Batch:
    """Draw scores around random legal tags.

    n_labels (int): Labels; there are 4 tags for each, and O.
    sentences (int): Sequences.
    RETURNS (Batch): Always the same.
    """
    rng = numpy.random.default_rng(0)
    tagset = TagSet(tuple(f"L{i}" for i in range(n_labels)))
    layout = pack_layout(numpy, sentence_lengths(sentences))
    n, n_tags = int(layout.lengths.sum()), len(tagset)
    is_entity = rng.uniform(size=n) < 0.1
    label = rng.integers(0, n_labels, n)
    tags = numpy.where(is_entity, 4 + 4 * label, 0)  # U- of the label, or O
    emissions = rng.standard_normal((n, n_tags)).astype("float32")
    emissions[numpy.arange(n), tags] += 6
    gold = numpy.zeros((n, n_tags), dtype=bool)
    gold[numpy.arange(n), tags] = True
    start, end = numpy.zeros((2, n_tags), dtype="float32")
    transitions = rng.standard_normal((n_tags, n_tags)).astype("float32")
    scores = TagScores(Packed(emissions, layout), start, transitions, end)
    return Batch(scores, scheme_constraints(tagset), numpy.ones_like(gold), gold, tags)
