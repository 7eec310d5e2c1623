"""Annotation from which a seeded share of the entities was taken away."""

from random import Random
from typing import List, Literal, Sequence, Set, Tuple

from spacy.tokens import Doc

Kind = Literal["masked", "positives"]


def hide_entities(docs: Sequence[Doc], kind: Kind, percent: int, seed: int) -> List[Doc]:
    """Forget some of the entities. The choice is nested: what is kept at 10 % is kept at 25 %.

    docs (Sequence[Doc]): Full annotation.
    kind (Kind): What is left unknown: "masked" the tokens of the forgotten entities, "positives"
        all tokens but those of the kept ones.
    percent (int): Share of the entities to keep.
    seed (int): Seed of the choice.
    RETURNS (List[Doc]): Copies.
    """
    kept = _choose(docs, percent, seed)
    copies = []
    for number, doc in enumerate(docs):
        copy = doc.copy()
        ents = [ent for ent in copy.ents if (number, ent.start) in kept]
        forgotten = [ent for ent in copy.ents if (number, ent.start) not in kept]
        default = "missing" if kind == "positives" else "unmodified"
        copy.set_ents(ents, missing=forgotten, default=default)
        copies.append(copy)
    return copies


def _choose(docs: Sequence[Doc], percent: int, seed: int) -> Set[Tuple[int, int]]:
    entities = [(number, ent.start) for number, doc in enumerate(docs) for ent in doc.ents]
    Random(seed).shuffle(entities)
    return set(entities[: len(entities) * percent // 100])
