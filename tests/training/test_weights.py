import numpy
import pytest
import spacy
from thinc.api import Adam, Shim

from spacy_lstm_ner.training.log_file import open_log
from spacy_lstm_ner.training.weights import (
    WeightsError,
    find_weights,
    weights_from_arrays,
    weights_to_arrays,
)

from ..pipeline.helpers import SMALL, make_examples


@pytest.fixture
def nlp():
    nlp = spacy.blank("en")
    nlp.add_pipe("lstm_ner", config=SMALL)
    nlp.initialize(lambda: make_examples(nlp))
    return nlp


def test_optimizer_and_gradients_come_back(nlp):
    weights, optimizer = find_weights(nlp, []), Adam(0.01, grad_clip=0.0)
    nlp.update(make_examples(nlp), sgd=optimizer)
    nlp.update(make_examples(nlp), sgd=False)  # leaves gradients
    name, weight = next(iter(weights.items()))
    weight.set_grad(-0.0 * weight.get_grad())
    arrays = {key: array.copy() for key, array in weights_to_arrays(weights, optimizer).items()}
    assert numpy.signbit(arrays[f"grad/{name}"]).any()  # no zero is lost, not even its sign
    nlp.initialize(lambda: make_examples(nlp))
    new = Adam(0.01)
    weights_from_arrays(weights, new, arrays)
    again = weights_to_arrays(weights, new)
    assert again.keys() == arrays.keys()
    assert all(again[key].tobytes() == array.tobytes() for key, array in arrays.items())


def test_weights_that_do_not_fit(nlp):
    weights = find_weights(nlp, [])
    arrays = weights_to_arrays(weights, Adam(0.01))
    name = next(iter(weights))
    with pytest.raises(WeightsError, match=r"has the shape \(.*\), not \(2, 2\)"):
        weights_from_arrays(weights, Adam(0.01), {**arrays, f"weight/{name}": numpy.zeros((2, 2))})
    with pytest.raises(WeightsError, match="other is only in the checkpoint"):
        weights_from_arrays(weights, Adam(0.01), {**arrays, "weight/other": numpy.zeros(1)})
    del arrays[f"weight/{name}"]
    with pytest.raises(WeightsError, match="is not in the checkpoint"):
        weights_from_arrays(weights, Adam(0.01), arrays)


def test_weights_that_only_their_layer_can_store(nlp):
    class Foreign(Shim):
        def to_bytes(self):
            return b"weights"

    nlp.get_pipe("lstm_ner").model.shims.append(Foreign(None))
    with pytest.raises(ValueError, match="a layer of type Foreign holds them"):
        find_weights(nlp, [])
    assert find_weights(nlp, ["lstm_ner"]) == {}


def test_log_goes_on_after_a_kill(tmp_path):
    """Rows after the checkpoint come again, and the last one may have been cut."""
    path = tmp_path / "log.jsonl"
    path.write_text('{"step":0}\n{"step":5}\n{"step":10}\n{"st')
    with open_log(path, 5) as file:
        file.write('{"step":10}\n')
    assert path.read_text() == '{"step":0}\n{"step":5}\n{"step":10}\n'
    with open_log(path):
        pass
    assert path.read_text() == ""
