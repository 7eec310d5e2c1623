"""The named stages of the data's way, each with its shape.

Letters: `nB` sequences, `nS` steps (the longest length), `N` tokens in all, `nI` inputs,
`nO` outputs, `nH` hidden units of one direction, `nK` tags, `nL` labels.
"""

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any, Dict, List, Literal, NamedTuple, Optional

if TYPE_CHECKING:
    from spacy.vocab import Vocab

    # thinc's stubs of its array types know neither `None` as an index, nor `keepdims`, nor
    # boolean arrays: to the type checker these names are what they are to the reader, a rank.
    Floats1d = Any
    Floats2d = Any
    Floats3d = Any
    FloatsXd = Any
    Ints1d = Any
    Ints2d = Any
    Keys2d = Any
    Bools1d = Any
    Bools2d = Any
    Xp = Any
else:
    from thinc.types import Array1d as Bools1d
    from thinc.types import Array2d as Bools2d
    from thinc.types import Floats1d, Floats2d, Floats3d, FloatsXd, Ints1d, Ints2d, Xp  # noqa: F401
    from thinc.types import Ints2d as Keys2d

Direction = Literal["l2r", "r2l"]
CellName = Literal["lstm", "gru", "rnn", "irnn"]
RecurrentInit = Literal["orthogonal", "glorot", "identity"]
Head = Literal["crf", "softmax"]
TagScheme = Literal["biluo", "iob2"]
KernelName = Literal["auto", "numpy", "torch", "mixed", "torch-bf16"]


@dataclass(frozen=True, eq=False)
class Layout:
    """Where each token of a batch stands when the batch is packed.

    Sequences are sorted by falling length and laid out time-major without padding: step `t`
    owns the next `size_at_t[t]` rows, one for each sequence that is longer than `t`. For
    lengths 1, 3, 2 (sequences a, b, c) the rows are

        b0 c0 a0 | b1 c1 | b2

    so the sequences alive at a step are always a prefix of those alive one step before.
    *Rank* is a sequence's place in the sorted order. Empty sequences own no rows.

    size_at_t (List[int]): Sequences alive at each step. *Shape:* `(nS,)`.
    steps (List[slice]): The rows of each step. *Shape:* `(nS,)`.
    lengths (Ints1d): Tokens of each sequence, in the order of the batch. *Shape:* `(nB,)`.
    flat_rows (Ints1d): Token (in the order of the batch) that stands at each packed row.
        *Shape:* `(N,)`.
    packed_rows (Ints1d): Inverse of `flat_rows`. *Shape:* `(N,)`.
    reversed_rows (Ints1d): Row with which each row changes places when every sequence is
        reversed inside its own length; its own inverse. *Shape:* `(N,)`.
    previous_rows (Ints1d): The row one step before, for every row from step 1 on.
        *Shape:* `(N - size_at_t[0],)`.
    last_rows (Ints1d): Row of the last token, by rank. *Shape:* `(size_at_t[0],)`.
    sequences (Ints1d): Place in the batch of the sequence with each rank.
        *Shape:* `(size_at_t[0],)`.
    ranks (Ints1d): Rank of the sequence that each row belongs to. *Shape:* `(N,)`.
    """

    size_at_t: List[int]
    steps: List[slice]
    lengths: Ints1d
    flat_rows: Ints1d
    packed_rows: Ints1d
    reversed_rows: Ints1d
    previous_rows: Ints1d
    last_rows: Ints1d
    sequences: Ints1d
    ranks: Ints1d


@dataclass(eq=False)
class Packed:
    """The vectors of a batch on packed rows. *Shape of data:* `(N, width)`."""

    data: Floats2d
    layout: Layout


@dataclass(eq=False)
class TagScores:
    """Unnormalised scores of every path through a batch, and the form of their gradient.

    The score of a path `k[0] … k[T-1]` is `start[k[0]] + Σ emissions[t, k[t]] +
    Σ transitions[k[t-1], k[t]] + end[k[T-1]]`.

    emissions (Packed): Score of each tag at each token. *Shape:* `(N, nK)`.
    start (Floats1d): Score of each tag at the first token. *Shape:* `(nK,)`.
    transitions (Floats2d): `transitions[previous, next]`. *Shape:* `(nK, nK)`.
    end (Floats1d): Score of each tag at the last token. *Shape:* `(nK,)`.
    """

    emissions: Packed
    start: Floats1d
    transitions: Floats2d
    end: Floats1d


@dataclass(frozen=True, eq=False)
class Constraints:
    """Which tags may open a sequence, follow one another and close a sequence.

    start (Bools1d): *Shape:* `(nK,)`.
    transitions (Bools2d): `transitions[previous, next]`. *Shape:* `(nK, nK)`.
    end (Bools1d): *Shape:* `(nK,)`.
    """

    start: Bools1d
    transitions: Bools2d
    end: Bools1d


@dataclass(eq=False)
class LogChain:
    """What the chain of one sequence is made of when it was worked out in log space.

    emissions (Floats2d): Scores with start and end scores added, `-inf` where a tag is not
        allowed. *Shape:* `(T, nK)`.
    transitions (Floats2d): `transitions[previous, next]`. *Shape:* `(nK, nK)`.
    betas (Floats2d): Logarithms of the backward variables. *Shape:* `(T, nK)`.
    """

    emissions: Floats2d
    transitions: Floats2d
    betas: Floats2d


@dataclass(eq=False)
class Chain:
    """The paths as a Markov chain, for those who ask about more than single tokens.

    With `i` a tag at a row and `j` a tag at its next row:

        P(i and j) = alphas[row, i] T[i, j] onward[row, j]

    T (Floats2d): Weights of the pairs, `T[previous, next]`. *Shape:* `(nK, nK)`.
    alphas (Floats2d): Forward variables on packed rows. *Shape:* `(N, nK)`.
    onward (Floats2d): Weights times backward variables of the next row, on packed rows; 0 at last
        tokens. *Shape:* `(N, nK)`.
    logs (Dict[int, LogChain]): By rank, the sequences for which the rest does not hold because
        it under- or overflows.
    """

    T: Floats2d
    alphas: Floats2d
    onward: Floats2d
    logs: Dict[int, LogChain]


@dataclass(eq=False)
class Posterior:
    """What forward-backward finds out about the paths that are allowed.

    layout (Layout): Where the tokens stand.
    log_partition (Floats1d): log Z of each sequence, by rank. *Shape:* `(size_at_t[0],)`.
    marginals (Floats2d): P(tag at token), on packed rows. *Shape:* `(N, nK)`.
    start (Floats1d): How often each tag is expected at a first token. *Shape:* `(nK,)`.
    transitions (Floats2d): How often each pair is expected. *Shape:* `(nK, nK)`.
    end (Floats1d): How often each tag is expected at a last token. *Shape:* `(nK,)`.
    chain (Chain): What the above was made of.
    """

    layout: Layout
    log_partition: Floats1d
    marginals: Floats2d
    start: Floats1d
    transitions: Floats2d
    end: Floats1d
    chain: Chain


class SpanTags(NamedTuple):
    """The tags that spans are made of: ids of each label's B, I, L and U. In IOB2 there is no L and
    no U: a span ends where no I of its label follows.

    B (Ints1d): *Shape:* `(nL,)`.
    I (Ints1d): *Shape:* `(nL,)`.
    L (Optional[Ints1d]): *Shape:* `(nL,)`.
    U (Optional[Ints1d]): *Shape:* `(nL,)`.
    """

    B: Ints1d
    I: Ints1d  # noqa: E741  (the tag's name everywhere)
    L: Optional[Ints1d] = None
    U: Optional[Ints1d] = None


@dataclass(eq=False)
class SpanBatch:
    """Spans of a batch, in numpy arrays: sorted by sequence, start, end and label where they are
    a result.

    sequences (Ints1d): Place of the sequence in the batch. *Shape:* `(nSpans,)`.
    starts (Ints1d): First token, counted in the sequence. *Shape:* `(nSpans,)`.
    ends (Ints1d): The token after the last one. *Shape:* `(nSpans,)`.
    labels (Ints1d): Number of the label. *Shape:* `(nSpans,)`.
    probabilities (Optional[Floats1d]): If known, in float64. *Shape:* `(nSpans,)`.
    """

    sequences: Ints1d
    starts: Ints1d
    ends: Ints1d
    labels: Ints1d
    probabilities: Optional[Floats1d] = None

    def where(self, keep: Ints1d) -> "SpanBatch":
        """Some of the spans.

        keep (Ints1d): Their indexes, or a mask.
        RETURNS (SpanBatch): The spans that are kept, in new arrays.
        """
        return SpanBatch(
            self.sequences[keep],
            self.starts[keep],
            self.ends[keep],
            self.labels[keep],
            None if self.probabilities is None else self.probabilities[keep],
        )


@dataclass(eq=False)
class Words:
    """The distinct words of a batch, as the word embedding sees them.

    keys (Keys2d): One row of token attributes for each word. *Shape:* `(nW, nA)`, uint64.
    texts (Optional[List[str]]): The words as they are written; None if the embedding does not
        read characters. *Shape:* `(nW,)`.
    names (Optional[Keys2d]): By what static vectors are found: ORTH, the attribute that the
        vocab's vectors go by, and LOWER; None if the embedding does not use vectors. On the CPU.
        *Shape:* `(nW, 3)`, uint64.
    vocab (Optional[Vocab]): Their vocabulary.
    """

    keys: Keys2d
    texts: Optional[List[str]] = None
    names: Optional[Keys2d] = None
    vocab: Optional["Vocab"] = None


@dataclass
class GradientWatch:
    """What a component tells a logger about the steps it took.

    steps (int): How many.
    norm_sum (float): Sum of the gradient norms per word, each before clipping.
    clipped (int): Steps whose gradient was clipped by its global norm.
    tensors (int): Gradients of single parameters that the optimizer was given.
    tensors_clipped (int): Those of them that it clipped by their own norm.
    last_step (float): When the last step ended, by `time.perf_counter`.
    """

    steps: int = 0
    norm_sum: float = 0.0
    clipped: int = 0
    tensors: int = 0
    tensors_clipped: int = 0
    last_step: float = 0.0

    def add_tensors(self, number: int, clipped: int) -> None:
        """Count what the optimizer is about to be given.

        number (int): Gradients of single parameters.
        clipped (int): How many it will clip.
        """
        self.tensors += number
        self.tensors_clipped += clipped

    def add_step(self, norm: float, is_clipped: bool) -> None:
        """Count a step that just ended.

        norm (float): The gradient norm per word before clipping.
        is_clipped (bool): Whether it was above the limit.
        """
        self.steps += 1
        self.norm_sum += norm
        self.clipped += is_clipped
        self.last_step = perf_counter()
