"""Tags of a column file → spans, by the rules of conlleval (Tjong Kim Sang & De Meulder 2003).

| scheme | an entity of three tokens, then one of one token, both of label x |
|--------|------------------------------------------------------------------|
| io     | I-x I-x I-x I-x (one entity: IO cannot tell the two apart)       |
| iob1   | I-x I-x I-x B-x (B only between neighbours of one label)         |
| iob2   | B-x I-x I-x B-x                                                  |
| bioes  | B-x I-x E-x S-x                                                  |
| biluo  | B-x I-x L-x U-x                                                  |

Every scheme is read by one rule; they differ in what counts as an illegal sequence.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Iterator, List, NamedTuple, Optional, Sequence, Tuple

from ..errors import Errors, Warnings
from ..tags.spans import TagSpan

LETTERS = {"io": "I", "iob1": "BI", "iob2": "BI", "bioes": "BIES", "biluo": "BILU"}
MISSING = "-"
SAME = {"E": "L", "S": "U"}  # letters of bioes → letters of biluo


class Tag(NamedTuple):
    """A tag in two parts.

    letter (str): One of B, I, L, U, O and -.
    label (str): Empty for O and -.
    """

    letter: str
    label: str


@dataclass
class Reading:
    """What a sentence's tags say.

    spans (List[TagSpan]): The entities.
    missing (List[int]): Tokens without annotation.
    illegal (List[Tuple[int, str]]): Tokens whose tag breaks the scheme, and how.
    """

    spans: List[TagSpan] = field(default_factory=list)
    missing: List[int] = field(default_factory=list)
    illegal: List[Tuple[int, str]] = field(default_factory=list)


@lru_cache(maxsize=4096)
def parse_tag(name: str) -> Optional[Tag]:
    """Take a tag apart.

    name (str): The tag as it stands in a file.
    RETURNS (Optional[Tag]): Its parts; None if it is no tag.
    """
    if name in ("O", MISSING):
        return Tag(name, "")
    letter, dash, label = name.partition("-")
    if letter not in tuple("BILUES") or not (dash and label):
        return None
    return Tag(SAME.get(letter, letter), label)


def check_scheme(scheme: str) -> None:
    """Check the name of a scheme.

    scheme (str): The name.
    RAISES (ValueError): If there is no such scheme.
    """
    if scheme not in LETTERS:
        raise ValueError(Errors.SCHEME.format(scheme=scheme, known=", ".join(LETTERS)))


def detect_scheme(sentences: Sequence[Sequence[str]]) -> str:
    """Find the scheme that tags are in. Where several fit, the one with fewer letters.

    sentences (Sequence[Sequence[str]]): The tags of each sentence of a file.
    RETURNS (str): A scheme.
    """
    letters = set()
    b_opens = i_opens = False  # whether one stands where no entity of its label ends
    for tags in sentences:
        before = ""
        for tag in (parse_tag(name) or Tag(MISSING, "") for name in tags):
            letters.add(tag.letter)
            b_opens |= tag.letter == "B" and tag.label != before
            i_opens |= tag.letter == "I" and tag.label != before
            before = tag.label
    if letters & {"L", "U"}:
        is_biluo = any(name.startswith(("L-", "U-")) for tags in sentences for name in tags)
        return "biluo" if is_biluo else "bioes"
    if "B" not in letters:
        return "io" if "I" in letters else "iob2"
    return "iob1" if i_opens and not b_opens else "iob2"


def read_tags(names: Sequence[str], scheme: str) -> Reading:
    """Read the entities off the tags of a sentence. An illegal sequence is read as conlleval
    reads it: what continues nothing starts an entity.

    names (Sequence[str]): One tag a token.
    scheme (str): The scheme that says what is illegal.
    RETURNS (Reading): The entities, missing tokens, and breaches of the scheme.
    """
    reading = Reading()
    before, start = Tag("O", ""), 0
    for i, name in enumerate([*names, "O"]):
        tag = parse_tag(name)
        if tag is None:
            reading.illegal.append((i, Warnings.TAG_FORM.format(tag=name)))
            tag = Tag(MISSING, "")
        if tag.letter == MISSING:
            reading.missing.append(i)
        is_open = before.letter in ("B", "I")
        goes_on = is_open and tag.letter in ("I", "L") and tag.label == before.label
        if is_open and not goes_on:
            reading.spans.append(TagSpan(start, i, before.label))
            if scheme in ("bioes", "biluo"):
                ended = Warnings.TAG_END.format(tag=names[i - 1], scheme=scheme)
                reading.illegal.append((i - 1, ended))
        start = start if goes_on else i
        if tag.letter in ("L", "U"):
            reading.spans.append(TagSpan(start, i + 1, tag.label))
        reading.illegal += [(i, why) for why in _breaches(name, tag, before, goes_on, scheme)]
        before = tag
    return reading


def _breaches(name: str, tag: Tag, before: Tag, goes_on: bool, scheme: str) -> Iterator[str]:
    if not tag.label:
        return
    letters = {SAME.get(letter, letter) for letter in LETTERS[scheme]}
    if tag.letter not in letters:
        done = "it continues the entity" if goes_on else "an entity starts here"
        shown = ", ".join(LETTERS[scheme])
        yield Warnings.TAG_LETTER.format(tag=name, scheme=scheme, letters=shown, done=done)
    elif tag.letter in ("I", "L") and not goes_on and scheme not in ("io", "iob1"):
        yield Warnings.TAG_START.format(tag=name, scheme=scheme)
    elif tag.letter == "B" and scheme == "iob1" and before.label != tag.label:
        yield Warnings.TAG_BETWEEN.format(tag=name, scheme=scheme)
