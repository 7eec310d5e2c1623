import re
import sys
from xml.etree import ElementTree

import pytest
import spacy
from spacy.tokens import Doc, Span

from spacy_lstm_ner.diagnostics.plot_data import count_data, plot_data
from spacy_lstm_ner.diagnostics.plot_labels import plot_labels
from spacy_lstm_ner.diagnostics.plot_training import plot_states, plot_training

pytest.importorskip("matplotlib")
SVG = "{http://www.w3.org/2000/svg}"
LOG = [
    {
        "step": step,
        "losses": {"lstm_ner": 100.0 - step, "tok2vec": 7.0},
        "other_scores": {"ents_f": 0.5, "ents_p": 0.4, "ents_r": step / 100},
        "grad_norm": 2.0,
        "clip_rate": 0.25,
    }
    for step in (0, 20, 40)
]
METRICS = {
    "ents_per_type": {
        "GPE": {"p": 0.5, "r": 0.25, "f": 0.333},
        "<R&D>": {"p": 0.9, "r": 0.8, "f": 0.847},
    },
    "counts_per_type": {"GPE": {"gold": 1234}, "<R&D>": {"gold": 5}},
}


def texts(svg):
    """The words of a figure; fails if the file is not well-formed XML."""
    root = ElementTree.fromstring(svg)
    assert root.tag == SVG + "svg"
    return ["".join(node.itertext()).strip() for node in root.iter(SVG + "text")]


def make_stats(*docs):
    vocab = spacy.blank("xx").vocab
    made = []
    for words, ents in docs:
        doc = Doc(vocab, words=["a"] * words)
        doc.ents = [Span(doc, start, end, label=label) for start, end, label in ents]
        made.append(doc)
    return count_data(made)


TRAIN = make_stats((9, [(0, 1, "GPE"), (2, 4, "ORG")]), (3, [(0, 1, "GPE")]), (0, []))
DEV = make_stats((30, [(0, 8, "人名"), (10, 20, "GPE")]))


def test_training_has_a_panel_for_all_that_was_logged():
    found = texts(plot_training(LOG))
    assert {"F", "P", "R", "lstm_ner", "tok2vec", "Step"} <= set(found)
    panels = {"Score on dev (%)", "Loss", "Gradient norm", "Steps clipped (%)"}
    assert panels <= set(found)


def test_training_leaves_out_what_was_not_logged():
    log = [{"step": 0, "score": 0.5}, {"step": 1, "score": None}, {"losses": {"x": 1.0}}, {}]
    found = texts(plot_training(log))
    assert "Score on dev (%)" in found
    assert not {"F", "P", "R", "Loss", "Gradient norm", "Steps clipped (%)", "x"} & set(found)


def test_scores_of_entities_come_before_the_score_of_the_training():
    found = texts(plot_training([record | {"score": 0.9} for record in LOG]))
    assert "F" in found and "score" not in found


def test_states_have_a_panel_for_all_that_was_logged():
    states = {"half_life": 2.5, "gate_saturation": 0.25, "state_rms": 0.5}
    rates = {"bptt_clip_rate": 0.0, "tensor_clip_rate": None}
    log = [{**record, **states, **rates} for record in LOG]
    found = texts(plot_states(log))
    panels = {"Half-life (tokens)", "Saturated gates (%)", "RMS of states", "Clipped (%)"}
    assert panels <= set(found)
    assert {"numbers in time", "steps"} <= set(found) and "tensors" not in found
    plain = [{**record, "state_rms": 0.5} for record in LOG]  # a cell without gates
    assert not {"Half-life (tokens)", "Saturated gates (%)"} & set(texts(plot_states(plain)))
    assert plot_states(LOG) is plot_states([{"half_life": 1.0}]) is None


@pytest.mark.parametrize("log", [[], [{}], [{"step": 1}], [{"score": 0.5}]])
def test_training_without_anything_to_draw(log):
    with pytest.raises(ValueError, match=f"{len(log)} records and none can be drawn"):
        plot_training(log)


def test_labels_stand_with_their_scores_and_support():
    found = texts(plot_labels(METRICS))
    assert found.index("GPE") < found.index("<R&D>")  # the more frequent first
    assert {"1,234 gold", "5 gold", "50.0", "25.0", "33.3", "90.0", "80.0", "84.7"} <= set(found)
    assert {"precision", "recall", "F"} <= set(found)


def test_labels_of_spacys_own_metrics():
    found = texts(plot_labels({"ents_per_type": METRICS["ents_per_type"]}))
    assert "GPE" in found and not any("gold" in text for text in found)


@pytest.mark.parametrize("metrics", [{}, {"ents_f": None, "ents_per_type": None}])
def test_labels_without_scores(metrics):
    with pytest.raises(ValueError, match="no scores for labels"):
        plot_labels(metrics)


def test_data_is_counted():
    assert TRAIN.lengths == [9, 3, 0]
    assert TRAIN.widths == {1: 2, 2: 1}
    assert TRAIN.labels == {"GPE": 2, "ORG": 1}


def test_data_names_files_and_labels():
    found = texts(plot_data({"train": TRAIN, "dev": DEV}))
    assert "train (3 documents, 12 words, 3 entities)" in found
    assert "dev (1 documents, 30 words, 2 entities)" in found
    assert {"GPE", "ORG", "人名", "6 or more"} <= set(found)


def test_data_without_entities():
    found = texts(plot_data({"plain": make_stats((5, []))}))
    assert "plain (1 documents, 5 words, 0 entities)" in found
    assert "Words in a document" in found and "Words in an entity" not in found
    assert "Words in an entity" in texts(plot_data({"plain": make_stats((5, [])), "dev": DEV}))


def test_data_without_documents():
    with pytest.raises(ValueError, match="'empty' holds no documents"):
        plot_data({"train": TRAIN, "empty": make_stats()})


@pytest.mark.parametrize(
    "draw",
    [
        lambda: plot_training(LOG),
        lambda: plot_labels(METRICS),
        lambda: plot_data({"train": TRAIN, "again": TRAIN}),
    ],
)
def test_same_data_same_bytes(draw, monkeypatch):
    first = draw()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    assert draw() == first
    assert b"<dc:date>" not in first


def test_settings_of_the_user_change_nothing():
    import matplotlib  # noqa: PLC0415

    first = plot_labels(METRICS)
    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "black"}):
        assert plot_labels(METRICS) == first
        assert matplotlib.rcParams["font.size"] == 30


def test_bars_and_lines_differ_without_colour():
    assert len(set(re.findall(rb'<pattern id="(\w+)"', plot_labels(METRICS)))) == 2
    lines = plot_training(LOG)
    assert len(set(re.findall(rb"stroke-dasharray: ([\d., ]+);", lines))) >= 2


def test_matplotlib_is_named_if_it_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=re.escape('pip install "spacy-lstm-ner[plots]"')):
        plot_labels(METRICS)
