"""What the commands work on."""

import pytest
from spacy.tokens import DocBin

from tests.pipeline.helpers import make_examples, train_small
from tests.training.runs import write_run

from .helpers import do


class Work:
    """A folder with a training config, its corpora, a trained pipeline and gold documents for it.

    paths: options of `train` and its like.
    """

    def __init__(self, folder):
        config, *self.paths = write_run(folder)
        self.config = folder / "filled.cfg"
        do("init", "fill-config", config, self.config)
        self.train, self.dev = folder / "train.spacy", folder / "dev.spacy"
        self.model, self.gold = folder / "model", folder / "gold.spacy"
        nlp = train_small(60)
        nlp.to_disk(self.model)
        DocBin(docs=[example.reference for example in make_examples(nlp)]).to_disk(self.gold)


@pytest.fixture(scope="session")
def work(tmp_path_factory):
    return Work(tmp_path_factory.mktemp("work"))
