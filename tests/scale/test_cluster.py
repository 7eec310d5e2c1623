"""Sessions of Ray, with a stand-in for the module."""

import pytest

from spacy_lstm_ner.scale.cluster import ray_session


class Fake:
    """Ray as far as sessions go."""

    def __init__(self, *, runs):
        self.runs, self.calls = runs, []

    def is_initialized(self):
        return self.runs

    def init(self, **options):
        self.calls.append(options)

    def shutdown(self):
        self.calls.append("shutdown")


def test_session_of_the_program_is_used():
    ray = Fake(runs=True)
    with ray_session(ray, None, 2, 0):
        pass
    assert not ray.calls


def test_session_of_the_program_is_not_taken_for_a_cluster():
    ray = Fake(runs=True)
    with pytest.raises(ValueError, match="'10.0.0.1:6379' was given, .* has a session"):
        ray_session(ray, "10.0.0.1:6379", 2, 0).__enter__()
    assert not ray.calls


@pytest.mark.parametrize("address, cpus", [(None, 3), ("10.0.0.1:6379", None)])
def test_session_ends_even_after_a_failure(address, cpus):
    ray = Fake(runs=False)
    with pytest.raises(RuntimeError, match="in between"), ray_session(ray, address, 3, 0):
        raise RuntimeError("in between")
    started, ended = ray.calls
    assert started["address"] == (address or "local")
    assert started.get("num_cpus") == cpus
    assert ended == "shutdown"
