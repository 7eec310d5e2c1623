"""Where the time of our component goes, and what confidence costs."""

from typing import Any, Callable, Dict, List

import spacy
from spacy.tokens import Doc

from .. import models
from ..pairing import ratios, seconds_of, spread_of, take_turns
from ..results import Plan, Result, Rival, Row, speed_row
from ..texts import count_words, make_docs, unseen_texts

OFF: Dict[str, Any] = {"confidence": False, "spans_key": None, "min_probability": None}
SETTINGS: Dict[str, Dict[str, Any]] = {
    "all off": OFF,
    "all off, again (what the machine's noise makes of nothing)": OFF,
    "confidence": {**OFF, "confidence": True},
    "spans_key (entities with scores)": {**OFF, "spans_key": "ner"},
    "spans_key, min_probability 0.1 (all likely spans)": {
        **OFF,
        "spans_key": "ner",
        "min_probability": 0.1,
    },
}
DEAREST = 1.4  # what "on" may take of "off"


def measure(plan: Plan) -> Result:
    """Where the time goes, stage by stage, and prediction with and without probabilities.

    plan (Plan): How thorough to be.
    RETURNS (Result): A row for each stage and for each setting.
    """
    nlp = spacy.load(models.trained(models.OURS, plan))
    ner: Any = nlp.get_pipe(models.OURS.component)
    documents = unseen_texts()[0].documents
    words = count_words(make_docs(nlp, documents))
    rounds = plan.pick(3, 15)

    def new_docs() -> List[Doc]:
        return make_docs(nlp, documents)

    ner.predict(new_docs())
    rows = _stages(ner, new_docs, words, rounds)

    def run_of(settings: Dict[str, Any]) -> Callable[[], float]:
        def run() -> float:
            docs = new_docs()
            ner.cfg.update(settings)
            seconds = seconds_of(lambda: ner.set_annotations(docs, ner.predict(docs)))
            ner.cfg.update(OFF)
            return seconds / words

        return run

    found = take_turns({name: run_of(settings) for name, settings in SETTINGS.items()}, rounds)
    for name, seconds in found.items():
        rival = None if name == "all off" else Rival("all off", found["all off"])
        is_on = SETTINGS[name] is not OFF
        rows.append(speed_row(name, seconds, rival, target=1 / DEAREST if is_on else None))
    notes = [
        "One batch of all documents, warm. Stages: each is what `predict` takes with it less what "
        "it takes without, and the share is of the whole component. Settings: prediction and "
        "annotation; a ratio of 0.71 means that it takes 40 % longer.",
    ]
    return Result("The component", notes, rows)


def _stages(ner: Any, new_docs: Callable[[], List[Doc]], words: int, rounds: int) -> List[Row]:
    """Microseconds a word of each stage, by running ever more of the component."""

    def annotate() -> float:
        docs = new_docs()
        found = ner.predict(docs)
        return seconds_of(lambda: ner.set_annotations(docs, found))

    def run_of(function: Callable[[List[Doc]], object]) -> Callable[[], float]:
        def run() -> float:
            docs = new_docs()
            return seconds_of(lambda: function(docs))

        return run

    found = take_turns(
        {
            "model": run_of(ner.model.predict),
            "predict": run_of(ner.predict),
            "annotate": annotate,
        },
        rounds,
    )
    model, predict, annotated = (found[name] for name in found)
    stages = {
        "words, recurrent layer, emissions": model,
        "masks, Viterbi, spans": _less(predict, model),
        "set_annotations": annotated,
    }
    whole = [a + b for a, b in zip(predict, annotated)]
    rows = [Row("whole component", _microseconds(whole, words), "µs/word")]
    for name, seconds in stages.items():
        share = spread_of([100 / ratio for ratio in ratios(whole, seconds)]).median
        title = f"{name} ({share:.0f} % of the time)"
        rows.append(Row(title, _microseconds(seconds, words), "µs/word"))
    return rows


def _less(whole: List[float], part: List[float]) -> List[float]:
    return [max(a - b, 1e-9) for a, b in zip(whole, part)]


def _microseconds(seconds: List[float], words: int) -> Any:
    return spread_of([1e6 * second / words for second in seconds])
