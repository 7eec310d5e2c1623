"""Documents into the parts train, dev and test."""

import random
from decimal import Decimal, InvalidOperation
from typing import Dict, List, Optional, Sequence

from spacy.tokens import Doc

from ..errors import Errors

PARTS = ("train", "dev", "test")


def parse_split(value: str) -> List[Decimal]:
    """Read three shares.

    value (str): Such as "0.7,0.15,0.15".
    RETURNS (List[Decimal]): The shares, exactly as written.
    RAISES (ValueError): If they are not three numbers above 0 that add up to 1.
    """
    try:
        shares = [Decimal(part) for part in value.split(",")]
        right = len(shares) == len(PARTS) and min(shares) > 0 and sum(shares) == 1
    except InvalidOperation:
        right = False
    if not right:
        raise ValueError(Errors.SPLIT.format(value=value))
    return shares


def split_docs(
    docs: Sequence[Doc], shares: Sequence[Decimal], seed: Optional[int] = None
) -> Dict[str, List[Doc]]:
    """Cut documents at `int(share n)` and `int((share + share) n)`.

    docs (Sequence[Doc]): The documents.
    shares (Sequence[Decimal]): The parts' shares of them.
    seed (Optional[int]): Shuffles the documents first; None leaves them in order.
    RETURNS (Dict[str, List[Doc]]): The parts by name.
    RAISES (ValueError): If a part would be empty.
    """
    docs = list(docs)
    if seed is not None:
        random.Random(seed).shuffle(docs)
    total = len(docs)
    first, second = int(shares[0] * total), int((shares[0] + shares[1]) * total)
    parts = dict(zip(PARTS, (docs[:first], docs[first:second], docs[second:])))
    for part, members in parts.items():
        if not members:
            value = ",".join(map(str, shares))
            raise ValueError(Errors.SPLIT_SMALL.format(total=total, value=value, part=part))
    return parts
