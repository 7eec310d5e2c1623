"""The share of tokens whose tag is right, beside what two baselines reach without a model.

Most tokens are O, so this number is high whatever one does; read it against the baselines, and
entity F1 before it.
"""

from typing import Any, Dict, Iterable, List, Mapping, NamedTuple, Optional

from spacy.tokens import Doc, Token
from spacy.training import Example

from .alignment import predicted_spans

OUTSIDE = "O"
KEYS = ("ents_tag_acc", "ents_tag_acc_all_o", "ents_tag_acc_most_frequent")


class TokenAccuracy(NamedTuple):
    """Shares from 0 to 1 of the tokens that count; None where there are none.

    accuracy (Optional[float]): Tokens that have the gold tag.
    all_o (Optional[float]): Those that would have it, were every token O.
    most_frequent (Optional[float]): Those that would have it, had each word the tag that is most
        frequent for it in training. None if that is not known.
    n_counted (int): Gold tokens with a tag: the denominator of all three.
    n_masked (int): Gold tokens without one, which do not count.
    """

    accuracy: Optional[float]
    all_o: Optional[float]
    most_frequent: Optional[float]
    n_counted: int
    n_masked: int

    def scores(self) -> Dict[str, Optional[float]]:
        """The shares by their names among spaCy's scores, `KEYS`. Its `token_acc` is another
        matter: that of the tokenizer."""
        return dict(zip(KEYS, self[: len(KEYS)]))


class AccuracyRow(NamedTuple):
    """A line of the table that shows accuracy beside the baselines."""

    name: str
    accuracy: Optional[float]
    meaning: str


def token_accuracy(
    examples: Iterable[Example], most_frequent_tags: Optional[Mapping[str, str]] = None
) -> TokenAccuracy:
    """Compare IOB2 tags token by token: O, or B- or I- with a label. A token is right if letter and
    label are, so an entity that begins one token late has two wrong tokens.

    Counted are the tokens of the gold Docs that have a tag (see `gold_tags`), whatever the
    pipeline makes of the text, so the baselines say the same beside every pipeline.

    examples (Iterable[Example]): Gold and predicted documents.
    most_frequent_tags (Optional[Mapping[str, str]]): For a word, its most frequent tag in
        training; O for those left out. None: not known.
    RETURNS (TokenAccuracy): Over all documents.
    """
    n_tokens = counted = correct = outside = frequent = 0
    table = most_frequent_tags or {}
    for example in examples:
        doc = example.reference
        n_tokens += len(doc)
        for token, gold, predicted in zip(doc, gold_tags(doc), predicted_tags(example)):
            if gold is not None:
                counted += 1
                correct += predicted == gold
                outside += gold == OUTSIDE
                frequent += table.get(token.text, OUTSIDE) == gold
    masked = n_tokens - counted
    if not counted:
        return TokenAccuracy(None, None, None, counted, masked)
    of_table = None if most_frequent_tags is None else frequent / counted
    return TokenAccuracy(correct / counted, outside / counted, of_table, counted, masked)


def gold_tags(doc: Doc) -> List[Optional[str]]:
    """The IOB2 tags of an annotated Doc. A token without annotation has none: its tag is missing,
    or an entity that does not fit the tokens was to begin or end there. A blocked token is O, and
    so is white space that is annotated as O. Label sets (`annotated_labels`) are not looked at, as
    they are not for precision and recall.

    doc (Doc): The gold Doc.
    RETURNS (List[Optional[str]]): One a token; None where it is not known.
    """
    return [_tag(token) if token.ent_iob else None for token in doc]


def predicted_tags(example: Example) -> List[str]:
    """The IOB2 tags that the predicted entities give to the gold tokens (`predicted_spans`). Tokens
    in no entity are O, those that the predicted Doc has as blocked or missing too. Of entities
    that share a gold token, it goes to the earlier one.

    example (Example): Gold and predicted document.
    RETURNS (List[str]): One a token of the gold Doc.
    """
    tags = [OUTSIDE] * len(example.reference)
    for start, end, label in reversed(predicted_spans(example)):
        if start < end:
            tags[start:end] = [f"B-{label}", *[f"I-{label}"] * (end - start - 1)]
    return tags


def accuracy_rows(metrics: Mapping[str, Any]) -> List[AccuracyRow]:
    """What is shown of token accuracy, the baselines always with it.

    metrics (Mapping[str, Any]): Has the keys of `TokenAccuracy.scores`.
    RETURNS (List[AccuracyRow]): Three rows.
    """
    accuracy, all_o, most_frequent = (metrics[key] for key in KEYS)
    is_unknown = most_frequent is None and accuracy is not None
    meaning = "each word as most often in training, unknown words O"
    unknown = "not known: the pipeline has kept no tags of training words"
    return [
        AccuracyRow("predicted", accuracy, "what the pipeline finds"),
        AccuracyRow("most frequent tag", most_frequent, unknown if is_unknown else meaning),
        AccuracyRow("all O", all_o, "no entities at all"),
    ]


def _tag(token: Token) -> str:
    return f"{token.ent_iob_}-{token.ent_type_}" if token.ent_type else OUTSIDE
