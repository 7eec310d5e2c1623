"""Long Docs cut into pieces."""

from typing import Iterator, List, Tuple

from spacy.tokens import Doc, Span

from ..tags.annotated import annotated_labels, set_annotated_labels


def cut_doc(doc: Doc, max_length: int) -> Iterator[Doc]:
    """Cut a Doc into pieces that together are the whole Doc. Each piece is as long as it may be:
    it ends before the last sentence start within reach, or, where a sentence is longer than a
    piece, before the last token within reach. No entity and no span of `doc.spans` is cut, so one
    that is longer than a piece makes its piece longer.

    doc (Doc): The Doc.
    max_length (int): The greatest number of tokens of a piece, above 0.
    YIELDS (Doc): The pieces, with the annotation of their tokens, their spans, and the
        categories, annotated labels and user data of the whole; the Doc itself if it is short
        enough.
    """
    if len(doc) <= max_length:
        yield doc
        return
    head = list(Doc._get_array_attrs())
    array = doc.to_array(head)
    for start, end in _bounds(doc, max_length):
        # The stub does not know the arguments that save one array of the whole Doc a piece.
        piece = doc[start:end].as_doc(  # type: ignore[call-arg]
            copy_user_data=True, array_head=head, array=array
        )
        piece.cats = dict(doc.cats)
        for key, group in doc.spans.items():
            piece.spans[key] = [
                Span(
                    piece,
                    span.start - start,
                    span.end - start,
                    label=span.label,
                    kb_id=span.kb_id,
                    span_id=span.id,
                )
                for span in group
                if span.start >= start and span.end <= end
            ]
        set_annotated_labels(piece, annotated_labels(doc))
        yield piece


def _bounds(doc: Doc, max_length: int) -> Iterator[Tuple[int, int]]:
    cuts = _possible_cuts(doc)
    start = 0
    while len(doc) - start > max_length:
        reach = start + max_length
        near = [i for i in range(start + 1, reach + 1) if cuts[i]]
        at_sentences = [i for i in near if doc[i].is_sent_start]
        if near:
            end = max(at_sentences or near)
        else:
            end = next(i for i in range(reach + 1, len(doc) + 1) if cuts[i])
        yield start, end
        start = end
    if start < len(doc):
        yield start, len(doc)


def _possible_cuts(doc: Doc) -> List[bool]:
    cuts = [True] * (len(doc) + 1)
    spans = [*doc.ents, *(span for group in doc.spans.values() for span in group)]
    for span in spans:
        cuts[span.start + 1 : span.end] = [False] * (span.end - span.start - 1)
    return cuts
