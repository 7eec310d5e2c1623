"""One small pipeline, and one Ray, for all tests of this folder."""

import pytest

from spacy_lstm_ner.scale.cluster import need_ray, ray_session

from ..pipeline.helpers import train_small


@pytest.fixture(scope="session")
def model(tmp_path_factory):
    """A saved pipeline that knows some sentences by heart."""
    path = tmp_path_factory.mktemp("scale") / "model"
    train_small().to_disk(path)
    return path


@pytest.fixture(scope="session")
def two_cpus():
    """Ray with two CPUs."""
    ray = need_ray("this test")
    with ray_session(ray, None, 2, 0):
        yield ray
