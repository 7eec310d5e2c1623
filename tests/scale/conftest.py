"""One small pipeline, and one Ray, for all tests of this folder."""

import pytest
import spacy

from spacy_lstm_ner.scale.cluster import need_ray, ray_session

from ..pipeline.helpers import train_small
from ..training.runs import write_corpus, write_run
from .helpers import texts, write_jsonl
from .replicas import run_two


@pytest.fixture(scope="session")
def model(tmp_path_factory):
    """A saved pipeline that knows some sentences by heart."""
    path = tmp_path_factory.mktemp("scale") / "model"
    train_small().to_disk(path)
    return path


@pytest.fixture(scope="session")
def nlp(model):
    """The same, loaded."""
    return spacy.load(model)


@pytest.fixture
def shards(tmp_path):
    """Two files of JSON lines in two folders, each with a row that cannot be tagged."""
    folder = tmp_path / "in"
    (folder / "deep").mkdir(parents=True)
    for number, name in enumerate(["a", "deep/b"]):
        rows = [{"id": f"{name}{i}", "text": text, "n": i} for i, text in enumerate(texts(60))]
        rows.insert(30 + number, {"id": f"{name}bad", "text": number})
        write_jsonl(folder / f"{name}.jsonl", rows)
    return folder


@pytest.fixture(scope="session")
def two_cpus():
    """Ray with two CPUs."""
    ray = need_ray("this test", "ray.data")
    with ray_session(ray, None, 2, 0):
        yield ray


@pytest.fixture(scope="session")
def trained_by_two(tmp_path_factory):
    """A folder with a config, corpora, and what two workers made of them; and what they printed."""
    folder = tmp_path_factory.mktemp("two")
    write_run(folder)
    write_corpus(folder / "train.spacy", 39)
    config = (folder / "config.cfg").read_text()
    for name in ("train", "dev"):
        config = config.replace(f"{name} = null", f'{name} = "{folder / name}.spacy"', 1)
    (folder / "config.cfg").write_text(config)
    return folder, run_two("train", folder)
