"""What is refused before a run begins."""

import pytest

from spacy_lstm_ner.scale.tagging.checks import check_keys, choose_form, find_input
from spacy_lstm_ner.scale.tagging.folder import OutputFolder
from spacy_lstm_ner.scale.tagging.plan import PlanError, open_plan, read_plan
from spacy_lstm_ner.scale.tagging.shards import find_shards

from .helpers import OPTIONS, TO_TABLE


@pytest.fixture
def rows(tmp_path):
    """A folder with a file."""
    folder = tmp_path / "data" / "in"
    folder.mkdir(parents=True)
    (folder / "a.jsonl").write_text('{"text": "a"}\n')
    return folder


def test_output_over_input(rows, tmp_path):
    for given, output in [
        (rows / "a.jsonl", rows),
        (rows / "a.jsonl", rows.parent),
        (rows, rows.parent),
        (rows, tmp_path),
    ]:
        with pytest.raises(ValueError, match=r"a\.jsonl, which is to be tagged, lies in the out"):
            find_input(given, output)
    for output in (rows, rows / "out"):
        with pytest.raises(ValueError, match="lies in the input"):
            find_input(rows, output)
    assert len(find_input(rows / "a.jsonl", rows / "out")) == 1


def test_output_over_input_by_links(rows, tmp_path):
    (tmp_path / "link").symlink_to(rows)
    with pytest.raises(ValueError, match="lies in the output"):
        find_input(tmp_path / "link" / "a.jsonl", rows)
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "a.jsonl").symlink_to(rows / "a.jsonl")
    with pytest.raises(ValueError, match="lies in the output"):
        find_input(tmp_path / "links", rows)


def test_folder_of_another_kind(rows, tmp_path):
    """Whatever is in a folder that no run has made stays as it is."""
    output = tmp_path / "out"
    output.mkdir()
    for name in ("a.jsonl", ".mine.part"):
        (output / name).write_text("mine")
    with pytest.raises(PlanError, match=r"out is not empty, and its files are of no run"):
        choose_form(None, find_shards(rows), output)
    with pytest.raises(PlanError, match="is not empty"):
        open_plan(OutputFolder(output, "jsonl"), "m", OPTIONS, find_shards(rows), 10)
    assert {path.read_text() for path in output.iterdir()} == {"mine"}


def test_form(rows, tmp_path):
    """A run goes on in the format that it was begun in, whatever has been added to its input."""
    (rows / "a.jsonl").rename(rows / "a.parquet")
    output = tmp_path / "out"
    assert choose_form(None, find_shards(rows), output) == "parquet"
    open_plan(OutputFolder(output, "parquet"), "m", TO_TABLE, find_shards(rows), 10)
    (rows / "b.txt").touch()
    assert choose_form(None, find_shards(rows), output) == "parquet"
    assert choose_form(None, find_shards(rows), tmp_path / "new") == "jsonl"
    assert choose_form("jsonl", find_shards(rows), output) == "jsonl"
    assert read_plan(tmp_path / "new") is None


@pytest.mark.parametrize(
    "change,option",
    [
        ({"spans_key": "text"}, "--spans-key is 'text'"),
        ({"spans_key": "id"}, "--spans-key is 'id'"),
        ({"text_key": "id"}, "--text-key is 'id'"),
        ({"spans_key": "fields", "form": "parquet"}, "--spans-key is 'fields'"),
        ({"text_key": "fields", "form": "parquet"}, "--text-key is 'fields'"),
    ],
)
def test_keys(rows, change, option):
    with pytest.raises(ValueError, match=option + ", which is the name of another column"):
        check_keys(OPTIONS._replace(**change), find_shards(rows))


def test_fields_is_a_name_like_others_where_there_is_no_such_column(rows):
    options = OPTIONS._replace(text_key="fields")
    check_keys(options, find_shards(rows))
    (rows / "a.jsonl").rename(rows / "a.parquet")
    check_keys(options._replace(form="parquet"), find_shards(rows))
