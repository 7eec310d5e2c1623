"""`spacy lstm-ner suggest`: the texts whose annotation would teach a model most."""

from pathlib import Path
from typing import Annotated, Any, Dict, Iterable, Iterator, List, Tuple

import numpy
import srsly
import typer
from spacy.cli._util import import_code, setup_gpu
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import load_model, minibatch
from tqdm import tqdm
from wasabi import msg

from ..data.files import write_text
from ..data.ranking import bag_of_words, choose_diverse, most_useful
from ..data.to_jsonl import make_record
from ..data.unlabelled import read_unlabelled
from ..errors import Errors
from ..pipeline.find import find_component
from ..pipeline.lstm_ner import LSTMNer
from ..types import Floats1d
from .options import Code, Component, Model, UseGpu
from .problems import plain_failures

BY = ("entropy", "margin")
POOL = 10  # so many times --n texts, the most useful ones, compete when they shall be diverse
BATCH = 128  # texts that are scored at a time

Scored = Tuple[float, Doc]


def suggest_cli(
    model: Model,
    input_path: Annotated[
        Path,
        typer.Argument(
            help="Texts: JSON lines, a .spacy file, or a text a line.", exists=True, dir_okay=False
        ),
    ],
    output_path: Annotated[Path, typer.Argument(help="JSON lines to write.", dir_okay=False)],
    n: Annotated[int, typer.Option("--n", "-n", min=1, help="How many texts to suggest.")] = 100,
    by: Annotated[str, typer.Option(help=f"What ranks the texts: {' or '.join(BY)}.")] = BY[0],
    per_token: Annotated[
        bool, typer.Option("--per-token", help="Divide the entropy by the number of tokens.")
    ] = False,
    diversity: Annotated[
        float,
        typer.Option(min=0.0, max=1.0, help="0: the most useful texts; 1: the least similar ones."),
    ] = 0.3,
    component: Component = None,
    code_path: Code = None,
    use_gpu: UseGpu = -1,
) -> None:
    """Suggest which texts to annotate next.

    Those are the texts that a trained pipeline is least sure of. Writes them best first, with what
    the model found in them and how probable that is, as annotation tools and
    `spacy lstm-ner convert` read it.
    """
    with plain_failures() as report:
        setup_gpu(use_gpu)
        import_code(code_path)
        _check_ranking(by, per_token)
        nlp = load_model(model)
        _, ner = find_component(nlp, component)
        output_path.parent.mkdir(parents=True, exist_ok=True)
        docs = read_unlabelled(input_path, nlp.tokenizer, report)
        docs = tqdm(docs, unit=" texts", leave=False, disable=None)
        pool = n * POOL if diversity else n
        ranked, total = most_useful(_score(nlp, ner, docs, by, per_token), pool)
        bags = [bag_of_words(doc) for _, doc in ranked]
        places = choose_diverse([useful for useful, _ in ranked], bags, n, diversity)
        chosen = [ranked[place] for place in places]
        lines = [srsly.json_dumps(record) for record in _records(nlp, ner, chosen, by)]
        write_text(output_path, "".join(f"{line}\n" for line in lines))
    msg.good(f"{output_path}: {len(chosen)} of {total} texts")


def _check_ranking(by: str, per_token: bool) -> None:
    if by not in BY:
        raise ValueError(Errors.SUGGEST_BY.format(by=by, known=", ".join(BY)))
    if per_token and by != "entropy":
        raise ValueError(Errors.SUGGEST_PER_TOKEN.format(by=by))


def _score(
    nlp: Language, ner: LSTMNer, docs: Iterable[Doc], by: str, per_token: bool
) -> Iterator[Scored]:
    """How useful each text is. The component itself and all that comes after it do not run: their
    entities would be preset, and nothing would be left to doubt."""
    later = nlp.pipe_names[nlp.pipe_names.index(ner.name) :]
    for batch in minibatch(nlp.pipe(docs, disable=later), BATCH):
        analysis = ner.analyse(batch)
        # The margin: how probable the second best reading is, if the best one counts as 1.
        useful: Floats1d = analysis.entropies()
        if by == "margin":
            useful = numpy.exp(-analysis.margins())
        if per_token:
            useful = useful / [max(len(doc), 1) for doc in batch]
        # Copies of a text differ in the last bits.
        yield from zip(useful.round(6).tolist(), batch)


def _records(
    nlp: Language, ner: LSTMNer, chosen: List[Scored], by: str
) -> Iterator[Dict[str, Any]]:
    """The JSON objects to write, with what the component finds in each text."""
    ner.cfg["confidence"] = True
    for batch in minibatch((doc for _, doc in chosen), BATCH):
        ner.set_annotations(batch, ner.predict(batch))
    for rank, (useful, doc) in enumerate(chosen, start=1):
        meta = doc.user_data.get("meta", {})
        meta = meta if isinstance(meta, dict) else {"meta": meta}
        doc.user_data["meta"] = {**meta, "rank": rank, "by": by, "score": useful}
        record = make_record(doc, nlp.tokenizer)
        for span, ent in zip(record["spans"], doc.ents):
            if ent._.confidence is not None:  # None: the text came with this entity
                span["confidence"] = ent._.confidence
        yield record
