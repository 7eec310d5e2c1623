import gzip
import zipfile

import pytest

from spacy_lstm_ner.data.files import read_lines, stream_lines, write_text


def test_lines_end_at_line_feeds_only(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("\ufeffa\u2028b\x85c\r\n\rd\x0be\n\nf".encode())
    problems = []
    assert read_lines(path, "utf8", problems.append) == ["a\u2028b\x85c", "\rd\x0be", "", "f"]
    assert problems == []


def test_gzip_and_zip_are_told_by_their_bytes(tmp_path):
    (tmp_path / "a").write_bytes(gzip.compress(b"x\ny\n"))
    with zipfile.ZipFile(tmp_path / "b", "w") as archive:
        archive.writestr("__MACOSX/._x", "rubbish")
        archive.writestr("x.txt", "x\ny\n")
    for name in "ab":
        assert read_lines(tmp_path / name, "utf8", print) == ["x", "y"]


def test_bad_bytes_are_named_by_line_and_byte(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("gut\nfür\nd\u2019or\n".encode("windows-1252"))
    problems = []
    assert read_lines(path, "utf8", problems.append) == ["gut", "f\ufffdr", "d\ufffdor"]
    assert [(p.kind, p.line, p.text) for p in problems] == [
        ("bad encoding", 2, "f\ufffdr"),
        ("bad encoding", 3, "d\ufffdor"),
    ]
    assert problems[0].message.startswith("byte 2 of the line is no utf-8 (invalid start byte)")
    assert "--encoding" in problems[0].message
    assert read_lines(path, "windows-1252", print) == ["gut", "für", "d\u2019or"]


def test_encodings_with_wide_characters(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("ab\ncd\n".encode("utf-16"))
    assert read_lines(path, "utf-16", print) == ["ab", "cd"]


def test_unknown_encoding(tmp_path):
    with pytest.raises(ValueError, match="Unknown encoding 'utf9'. Examples: utf8"):
        read_lines(tmp_path / "a.txt", "utf9", print)


def test_files_that_cannot_be_unpacked(tmp_path):
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"x" * 99)[:-9])
    with pytest.raises(ValueError, match="a.gz cannot be unpacked: .*Check that it was copied"):
        read_lines(tmp_path / "a.gz", "utf8", print)
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("x.txt", "x")
        archive.writestr("y.txt", "y")
    with pytest.raises(ValueError, match=r"holds 2 files \(x.txt, y.txt\), expected one"):
        read_lines(tmp_path / "b.zip", "utf8", print)


def test_the_same_text_gives_the_same_bytes(tmp_path):
    write_text(tmp_path / "a.gz", "é\n")
    write_text(tmp_path / "b.gz", "é\n")
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()
    assert gzip.decompress((tmp_path / "a.gz").read_bytes()) == b"\xc3\xa9\n"
    write_text(tmp_path / "a.txt", "é\n")
    assert (tmp_path / "a.txt").read_bytes() == b"\xc3\xa9\n"


@pytest.mark.parametrize(
    "data,encoding",
    [
        (b"a\xe2\x80\xa8b\r\n\nlast", "utf8"),
        (b"\xef\xbb\xbfwith a mark\n", "utf8"),
        (b"", "utf8"),
        (b"\n", "utf8"),
        (b"f\xfcr\nd\x92or\n", "windows-1252"),
        (b"gut\nf\xfcr\n", "utf8"),
        ("ab\ncd".encode("utf-16"), "utf-16"),
        # The time stands in the name of the test, which two workers have to agree on.
        (gzip.compress(b"x\ny\n", mtime=0), "utf8"),
    ],
)
def test_streamed_lines_are_the_lines(tmp_path, data, encoding):
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    whole, streamed = [], []
    expected = read_lines(path, encoding, whole.append)
    assert list(stream_lines(path, encoding, streamed.append)) == expected
    assert streamed == whole
