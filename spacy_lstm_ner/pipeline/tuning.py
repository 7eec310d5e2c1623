"""A threshold for what training saves, chosen on the dev part."""

from typing import Callable, Iterable

from spacy.language import Language
from spacy.training import Example

from ..evaluation.outcomes import RIGHT
from ..evaluation.thresholds import Wish, choose_global
from .choices import analyse, as_met, collect_choices
from .find import find_component, with_settings


def tune_threshold(
    dev_corpus: Callable[[Language], Iterable[Example]], component: str = "lstm_ner"
) -> Callable[[Language], Language]:
    """Give each pipeline that training saves the threshold with the best F1 on the dev part. For
    `training.before_to_disk`.

    Which threshold is best depends on how hard the text is (half of the best F1 where probabilities
    are right: Lipton, Elkan & Naryanaswamy 2014), so no number fits all corpora. The pipeline in
    training keeps its own, by which steps are compared: what was saved does not change what comes.

    dev_corpus (Callable[[Language], Iterable[Example]]): Reads the dev part.
    component (str): The `lstm_ner` that gets the threshold.
    RETURNS (Callable[[Language], Language]): Gives a copy of a pipeline that shares all but the
        threshold; the pipeline itself if nothing that is annotated in the dev part is found yet. It
        raises a ValueError if there is no such component, or if its tags are not constrained.
    """

    def before_to_disk(nlp: Language) -> Language:
        name, ner = find_component(nlp, component)
        examples = [example for example in dev_corpus(nlp) if len(example.reference)]
        if not examples:
            return nlp
        choices = collect_choices(analyse(nlp, ner, as_met(nlp, name, examples)), ner)
        if not (choices.outcomes == RIGHT).any():
            return nlp
        return with_settings(nlp, name, {"threshold": choose_global(choices, Wish("f"))})

    return before_to_disk
