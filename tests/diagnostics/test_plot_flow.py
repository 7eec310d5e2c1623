from xml.etree import ElementTree

import numpy
import pytest

from spacy_lstm_ner.diagnostics.plot_flow import plot_flow

pytest.importorskip("matplotlib")
SVG = "{http://www.w3.org/2000/svg}"
FALLING, ZERO = 0.5 ** numpy.arange(51.0), numpy.zeros(51)
NOTHING, ENORMOUS = numpy.full(51, numpy.nan), 10.0 ** numpy.arange(51)


@pytest.mark.parametrize("curve", [FALLING, ZERO, NOTHING, ENORMOUS])
def test_every_curve_can_be_drawn(curve):
    """Also those that a log scale has no place for, and models that were measured once only."""
    panels = {"One": {"a": [FALLING, curve], "b": [FALLING]}, "Two": {"c": [curve, curve]}}
    root = ElementTree.fromstring(plot_flow(panels, ["before", "after"]))
    found = {"".join(node.itertext()).strip() for node in root.iter(SVG + "text")}
    assert {"One", "Two", "a", "b", "c", "before", "after"} <= found


def test_same_curves_same_bytes():
    panels = {"One": {"a": [FALLING]}}
    assert plot_flow(panels, ["now"]) == plot_flow(panels, ["now"])
