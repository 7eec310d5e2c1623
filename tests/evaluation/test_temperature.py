import numpy
import pytest

from spacy_lstm_ner.evaluation.temperature import TEMPERATURES, fit_temperature


@pytest.mark.parametrize("want", [0.3, 0.97, 1.0, 1.58, 7.0])
def test_a_parabola_is_found_exactly(want):
    assert fit_temperature(3 + numpy.log(TEMPERATURES / want) ** 2) == pytest.approx(want)


@pytest.mark.parametrize("truth", [0.6, 1.0, 2.3])
def test_labels_drawn_at_a_temperature(truth):
    rng = numpy.random.default_rng(0)
    logits = rng.normal(0, 4, (20_000, 5))
    gumbel = rng.gumbel(size=logits.shape)
    labels = (logits / truth + gumbel).argmax(axis=1)  # drawn from softmax(logits / truth)

    def loss(temperature):
        scaled = logits / temperature
        log_z = numpy.log(numpy.exp(scaled).sum(axis=1))
        return (log_z - scaled[numpy.arange(len(labels)), labels]).sum()

    losses = numpy.array([loss(temperature) for temperature in TEMPERATURES])
    found = fit_temperature(losses)
    assert found == pytest.approx(truth, rel=0.03)
    assert loss(found) <= losses.min()


def test_the_search_ends_at_its_limits():
    assert fit_temperature(TEMPERATURES) == TEMPERATURES[0]
    assert fit_temperature(-TEMPERATURES) == TEMPERATURES[-1]
    assert fit_temperature(numpy.ones_like(TEMPERATURES)) == TEMPERATURES[0]


def test_losses_that_are_not_finite():
    losses = TEMPERATURES.copy()
    losses[3] = numpy.nan
    with pytest.raises(ValueError, match="loss at temperature 0.33.* is nan"):
        fit_temperature(losses)
