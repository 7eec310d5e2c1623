import base64
import re
from io import BytesIO
from xml.etree import ElementTree

import numpy
import pytest

from spacy_lstm_ner.diagnostics.heat_maps import SHARES, SIGNED, short
from spacy_lstm_ner.diagnostics.plot_gates import format_tokens, plot_gates
from spacy_lstm_ner.diagnostics.plot_tags import plot_marginals, plot_transitions
from spacy_lstm_ner.diagnostics.trace import LayerTrace, TagTrace
from spacy_lstm_ner.tags.constraints import scheme_constraints
from spacy_lstm_ner.tags.tagset import TagSet

pytest.importorskip("matplotlib")
SVG = "{http://www.w3.org/2000/svg}"
WORDS = ["In", "<R&D>", "$5$", "\n", "東京", "Donaudampfschifffahrt"]
SHOWN = ["In", "<R&D>", "$5$", "\\n", "東京", "Donaudampfsch…"]


def texts(svg):
    """The words of a figure; fails if the file is not well-formed XML."""
    root = ElementTree.fromstring(svg)
    return ["".join(node.itertext()).strip() for node in root.iter(SVG + "text")]


def layer_of(cell, nH=4):
    names = {"lstm": "ifgoch", "gru": "rznh"}.get(cell, "h")
    rng = numpy.random.RandomState(0)
    return LayerTrace(
        "ner_$a$", 2, cell, "r2l", {name: rng.uniform(size=(len(WORDS), nH)) for name in names}
    )


@pytest.fixture
def tags():
    tagset = TagSet(("GPE", "<R&D>"))
    nK = len(tagset)
    rng = numpy.random.RandomState(0)
    marginals = numpy.zeros((len(WORDS), nK))
    marginals[:, 0], marginals[2, 4] = 1, 0.5
    scores = (rng.normal(size=shape) for shape in (nK, (nK, nK), nK))
    return TagTrace(tagset.names, marginals, marginals, *scores, scheme_constraints(tagset))


@pytest.mark.parametrize(
    "cell,panels", [("lstm", "ifogch"), ("gru", "rznh"), ("rnn", "h"), ("irnn", "h")]
)
def test_gates_have_a_panel_each_and_name_tokens_and_units(cell, panels):
    found = texts(plot_gates(WORDS, layer_of(cell)))
    for name in panels:
        assert sum(text.startswith(f"{name}, ") for text in found) == 1
    assert all(found.count(word) == len(panels) for word in SHOWN)
    assert any(f"ner_$a$, layer 2, {cell} r2l" in text for text in found)
    assert any("reads from the last token" in text for text in found)
    said = "Unit: half-life in tokens" if len(panels) > 1 else "Unit, largest states first"
    assert said in found


def test_the_units_that_remember_longest_are_shown():
    layer = layer_of("lstm")
    layer.arrays["f"] = numpy.tile([0.5, 0.999, 1.0, 0.1], (len(WORDS), 1))
    found = texts(plot_gates(WORDS[:2], layer, n_units=2))
    units = [text for text in found if re.fullmatch(r"\d: .*", text)]
    assert units == ["2: > 999", "1: 693"] * 3
    assert "In" in found and "$5$" not in found


def test_half_lives_are_short():
    lives = [0.0, 0.04, 12.34, 99.9, 123.4, 999.4, 999.5, numpy.inf]
    expected = ["0.0", "0.0", "12.3", "99.9", "123", "999", "> 999", "> 999"]
    assert [format_tokens(life) for life in lives] == expected


def test_transitions_name_all_tags_on_both_sides(tags):
    found = texts(plot_transitions(tags))
    assert all(found.count(name) == 2 for name in tags.names)
    assert found.count("(start)") == found.count("(end)") == 1


def test_colours_stand_at_their_pairs(tags):
    """The image of the transitions: clear where a pair is ruled out, and nowhere else."""
    image = pytest.importorskip("PIL.Image")
    svg = plot_transitions(tags).decode("utf8")
    first = re.search(r"data:image/png;base64,([^\"]*)", svg).group(1)
    pixels = numpy.asarray(image.open(BytesIO(base64.b64decode(first))).convert("RGBA"))
    if "scale(1 -1)" in svg:  # images may be stored bottom up
        pixels = pixels[::-1]
    middles = (numpy.arange(len(tags.names) + 1) + 0.5) / (len(tags.names) + 1)
    rows, columns = ((middles * size).astype(int) for size in pixels.shape[:2])
    alpha = pixels[numpy.ix_(rows, columns)][..., 3] > 0
    numpy.testing.assert_array_equal(alpha[0, :-1], tags.allowed.start)
    numpy.testing.assert_array_equal(alpha[1:, :-1], tags.allowed.transitions)
    numpy.testing.assert_array_equal(alpha[1:, -1], tags.allowed.end)


def test_softmax_heads_have_no_scores_to_scale_by(tags):
    tags.start, tags.transitions, tags.end = tags.start * 0, tags.transitions * 0, tags.end * 0
    assert "(start)" in texts(plot_transitions(tags))


def test_marginals_leave_out_what_is_nowhere_likely(tags):
    found = texts(plot_marginals(WORDS, tags))
    assert {"O", "U-GPE", *SHOWN, "Tag (7 below 1% everywhere)"} <= set(found)
    assert "B-GPE" not in found
    assert "U-GPE" not in texts(plot_marginals(WORDS[:2], tags))


@pytest.mark.parametrize("colours", [SHARES, SIGNED])
def test_colours_keep_their_order_in_grey(colours):
    luma = [
        0.299 * int(colour[1:3], 16) + 0.587 * int(colour[3:5], 16) + 0.114 * int(colour[5:], 16)
        for colour in colours
    ]
    steps = numpy.diff(luma)
    assert (steps > 30).all() or (steps < -30).all()


def test_white_space_is_visible():
    assert short([" ", "\t", "a b", "x" * 14, "y" * 15]) == [
        "␣",
        "\\t",
        "a b",
        "x" * 14,
        "y" * 13 + "…",
    ]


def test_same_data_same_bytes(tags):
    for draw in (
        lambda: plot_gates(WORDS, layer_of("lstm")),
        lambda: plot_transitions(tags),
        lambda: plot_marginals(WORDS, tags),
    ):
        assert draw() == draw()
