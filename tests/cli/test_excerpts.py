"""What the terminal shows of a text, however long it is and whatever is in it."""

import pytest

from spacy_lstm_ner.cli.excerpts import LINE, WHOLE, clip, cut_middle, excerpt
from spacy_lstm_ner.evaluation.page import Mark


@pytest.mark.parametrize(
    "text, shown",
    [
        ("a\n\t\rb", r"a\n\t\rb"),
        ("\x1b[2J\x9b\x7f\0", r"\x1b[2J\x9b\x7f\x00"),
        ("a\u2028b\u202ec\u2066d", r"a\u2028b\u202ec\u2066d"),
        ("é 東京 می\u200cخواهم 👩\u200d🚀\xa0x", "é 東京 می\u200cخواهم 👩\u200d🚀\xa0x"),
        ("0123456789", "0123456…"),
    ],
)
def test_clip(text, shown):
    assert clip(text, 8 if text.isdigit() else 99) == shown


def test_cut_middle():
    assert cut_middle("0123456789", 10) == "0123456789"
    assert cut_middle("0123456789a", 10) == "0123…789a"


def test_a_short_text_is_whole():
    text = "Ann\n saw  " + "x" * 200 + " in Rome."
    marks = [Mark(0, 3, "PER"), Mark(214, 218, "GPE")]
    assert excerpt(text, marks, []) == f"[Ann PER] saw {'x' * 200} in [Rome GPE]."


def test_a_long_text_is_cut_around_the_errors():
    text = "Ann met " + "a " * WHOLE + "in Rome as " + "b " * WHOLE + "met Bob"
    rome = Mark(text.index("Rome"), text.index("Rome") + 4, "GPE")
    bob = Mark(len(text) - 3, len(text), "PER")
    shown = excerpt(text, [Mark(0, 3, "PER"), rome, bob], [rome])
    context = 40
    before = "a " * context + "in "
    after = " as " + "b " * context
    assert shown == f"…{before[-context:]}[Rome GPE]{after[:context]}…"


def test_both_sides_show_the_same_part():
    text = "a " * WHOLE + "Rome " + "b " * WHOLE
    missed = Mark(2 * WHOLE, 2 * WHOLE + 4, "GPE")
    assert excerpt(text, [], [missed]) == excerpt(text, [missed], [missed]).replace(
        "[Rome GPE]", "Rome"
    )


def test_an_entity_at_the_edge_is_shown_as_one():
    """It reaches from the surroundings of the error into what is left out."""
    text = "x" * 1000
    error, other = Mark(0, 2, "A"), Mark(30, 500, "B")
    shown = excerpt(text, [error, other], [error])
    assert shown == f"[xx A]{'x' * 28}[{'x' * 19}…{'x' * 19} B]…"


def test_a_token_of_any_length():
    text = "y" * 3000
    assert excerpt(text, [Mark(0, 3000, "X")], [Mark(0, 3000, "X")]) == (
        f"[{'y' * 19}…{'y' * 19} X]"
    )


def test_entities_on_one_token_and_a_limit():
    marks = [Mark(0, 4, f"LABEL_{i:03}") for i in range(200)]
    assert excerpt("Rome!", marks[:2], []) == "[Rome LABEL_000][Rome LABEL_001]!"
    shown = excerpt("Rome!", marks, [])
    assert len(shown) == LINE and shown.endswith("…")
