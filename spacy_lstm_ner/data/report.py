"""All findings about the data in one record, and what is wrong in them."""

from dataclasses import dataclass
from typing import Dict, List, Mapping, Optional

from .conflicts import Conflict, Unlabelled, find_conflicts, find_unlabelled
from .coverage import Unseen, VectorCoverage, count_unseen, vector_coverage
from .duplicates import Overlap, find_duplicates
from .misfits import Misfits, find_misfits
from .sources import Part
from .stats import Counts, count


@dataclass
class Report:
    """Everything that is known about the data, by part where it differs.

    counts (Dict[str, Counts]): What each part holds.
    misfits (Dict[str, Misfits]): Entities that cannot be learned as they stand.
    conflicts (List[Conflict]): Strings under several labels.
    unlabelled (List[Unlabelled]): Strings that are labelled most of the time and not always.
    overlaps (List[Overlap]): Documents in two parts.
    unseen (Dict[str, Unseen]): Entity strings that the training part does not have.
    vectors (Dict[str, Optional[VectorCoverage]]): Words that have a vector; None without vectors.
    """

    counts: Dict[str, Counts]
    misfits: Dict[str, Misfits]
    conflicts: List[Conflict]
    unlabelled: List[Unlabelled]
    overlaps: List[Overlap]
    unseen: Dict[str, Unseen]
    vectors: Dict[str, Optional[VectorCoverage]]


def make_report(parts: Mapping[str, Part]) -> Report:
    """Look for everything.

    parts (Mapping[str, Part]): The data.
    RETURNS (Report): The findings.
    """
    docs = {role: part.docs for role, part in parts.items()}
    misfits = {role: find_misfits(role, these) for role, these in docs.items()}
    for role, part in parts.items():
        misfits[role].misaligned.extend(part.misaligned)
        misfits[role].unread.extend(part.unread)
    rest = [role for role in docs if role != "train" and "train" in docs]
    return Report(
        counts={role: count(these) for role, these in docs.items()},
        misfits=misfits,
        conflicts=find_conflicts(docs),
        unlabelled=find_unlabelled(docs),
        overlaps=find_duplicates(docs),
        unseen={role: count_unseen(docs["train"], docs[role]) for role in rest},
        vectors={role: vector_coverage(these) for role, these in docs.items()},
    )
