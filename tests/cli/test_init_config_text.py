"""The text of the configs that `init-config` writes: comments and the order of sections."""

import pytest

from spacy_lstm_ner.cli.recipes import NO_VECTORS, TRAINED

from .init_config import NAMES, OPTIONS, PACKAGED, SHIPPED, WITH_VECTORS, run, with_tables


def test_packaged_as_shipped():
    """Copy `configs/*.cfg` to `spacy_lstm_ner/cli/configs` when this fails; course.cfg, which
    is there to compare with, stays at home."""
    assert sorted(path.stem for path in SHIPPED.glob("*.cfg")) == sorted([*NAMES, "course"])
    for name in NAMES:
        shipped, packaged = ((it / f"{name}.cfg").read_bytes() for it in (SHIPPED, PACKAGED))
        assert shipped == packaged


@pytest.mark.parametrize("name", NAMES)
def test_every_comment_stands_before_what_it_stood_before(tmp_path, tables, name):
    def followers(path):
        """The setting or section after each comment line, but those of the head."""
        body = path.read_text("utf8").split("\n\n", 1)[1].splitlines()
        for i, line in enumerate(body):
            if line.startswith("#"):
                after = next(it for it in body[i:] if not it.startswith("#"))
                yield line, after.partition("=")[0].strip("[] ").rpartition(".")[2]

    out = tmp_path / "config.cfg"
    assert run(out, *with_tables(OPTIONS[name], tables)).exit_code == 0
    shipped = list(followers(SHIPPED / f"{name}.cfg"))
    assert shipped and sorted(followers(out)) == sorted(shipped)
    head = (SHIPPED / f"{name}.cfg").read_text("utf8").split("\n\n")[0]
    expected = head.replace(f"configs/{name}.cfg", str(out))
    assert out.read_text("utf8").split("\n\n")[0] == expected != head


@pytest.mark.parametrize("name", NAMES)
def test_the_head_says_nothing_else_than_the_options(tmp_path, tables, name):
    head = (SHIPPED / f"{name}.cfg").read_text("utf8").split("\n\n")[0]
    assert (NO_VECTORS in head) != name.endswith("_vectors")
    out = tmp_path / "config.cfg"
    assert run(out, *with_tables(WITH_VECTORS[name], tables)).exit_code == 0
    head = out.read_text("utf8").split("\n\n")[0]
    assert (NO_VECTORS in head) == (name in ("accuracy", "noisy_text"))  # not given any here


@pytest.mark.parametrize("name", ["accuracy_vectors", "noisy_text_vectors"])
def test_comments_say_whether_vectors_are_trained(tmp_path, tables, name):
    out = tmp_path / "config.cfg"
    for table, is_trained in (("many", True), ("floret", False)):
        options = with_tables([*OPTIONS[name][:-1], table], tables)
        assert run(out, *options, "--force").exit_code == 0
        text = out.read_text("utf8")
        assert (TRAINED in text) == is_trained
        assert text.count("# does not matter.\n") == (not is_trained)


@pytest.mark.parametrize("name", NAMES)
def test_sections_in_the_order_of_the_shipped_config(tmp_path, tables, name):
    def sections(path):
        lines = path.read_text("utf8").splitlines()
        return [line.strip("[]") for line in lines if line.startswith("[")]

    out = tmp_path / "config.cfg"
    assert run(out, *with_tables(OPTIONS[name], tables)).exit_code == 0
    shipped, written = sections(SHIPPED / f"{name}.cfg"), sections(out)
    assert [section for section in written if section in shipped] == shipped
    for above, section in zip(written, written[1:]):
        if section not in shipped:  # a table of its own, now that it is filled
            assert above.startswith(section.rpartition(".")[0])
