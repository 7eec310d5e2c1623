import re
from xml.etree import ElementTree

import pytest

from spacy_lstm_ner.diagnostics.plot_calibration import plot_calibration
from spacy_lstm_ner.diagnostics.plot_thresholds import Curve, plot_thresholds

pytest.importorskip("matplotlib")
SVG = "{http://www.w3.org/2000/svg}"
PANELS = {
    "entities in dev": {"before": [(0.5, 0.3), (0.9, 0.6)], "after": [(0.3, 0.3), (1.0, 1.0)]},
    "candidates in dev": {"before": [(0.1, 0.2)], "after": [(0.2, 0.2)]},
}
CURVES = {
    label: Curve([(0.9, 0.5), (0.5, 0.9)], (0.5, 0.9), "0.25")
    for label in ("ALL", "GPE", "ORG", "<R&D>")
}


def texts(svg):
    """The words of a figure; fails if the file is not well-formed XML."""
    root = ElementTree.fromstring(svg)
    return ["".join(node.itertext()).strip() for node in root.iter(SVG + "text")]


def test_reliability_has_a_panel_for_each_kind_of_span():
    found = texts(plot_calibration(PANELS))
    assert {"Confidence of entities in dev (%)", "Confidence of candidates in dev (%)"} <= set(
        found
    )
    assert found.count("before") == found.count("after") == 2


def test_before_and_after_differ_without_colour():
    svg = plot_calibration(PANELS)
    assert len(set(re.findall(rb"stroke-dasharray: ([\d., ]+);", svg))) >= 1
    assert len(set(re.findall(rb'<use xlink:href="#(m\w+)"', svg))) >= 2


def test_each_curve_names_its_label_and_threshold():
    found = texts(plot_thresholds(CURVES))
    assert {"ALL: 0.25", "GPE: 0.25", "ORG: 0.25", "<R&D>: 0.25", "chosen"} <= set(found)
    assert found.count("Recall (%)") == 3  # under the lowest panel of each column
    assert found.count("Precision (%)") == 2


@pytest.mark.parametrize(
    "draw", [lambda: plot_calibration(PANELS), lambda: plot_thresholds(CURVES)]
)
def test_same_data_same_bytes(draw):
    assert draw() == draw()
