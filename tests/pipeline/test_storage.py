"""Saved components: digests, versions, weights of another shape, and what is left out."""

import gc
import hashlib
import resource
import shutil
import subprocess

import pytest
import spacy
import srsly

from spacy_lstm_ner.pipeline.storage import FORMAT

from .helpers import SMALL, TRAIN, ents_of, train_small

TEXT, ENTS = TRAIN[0]
PARTS = ["cfg", "model"]


@pytest.fixture(scope="module")
def trained():
    return train_small()


@pytest.fixture
def folder(trained, tmp_path):
    """A saved component that tests may damage."""
    trained.get_pipe("lstm_ner").to_disk(tmp_path / "saved", exclude=["vocab"])
    return tmp_path / "saved"


def fresh(trained, config=SMALL):
    """A component without weights that shares the vocab of the trained one."""
    return spacy.blank("en", vocab=trained.vocab).create_pipe("lstm_ner", config=config)


def load(trained, folder, config=SMALL):
    return fresh(trained, config).from_disk(folder, exclude=["vocab"])


def answers(trained, component):
    return ents_of(component(trained.make_doc(TEXT)))


def seal(path):
    """Write the digest that belongs to a changed file."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_name(path.name + ".sha256").write_text(f"{digest}  {path.name}\n")


def test_digests_are_what_sha256sum_reads(trained, folder):
    for part in PARTS:
        digest = hashlib.sha256((folder / part).read_bytes()).hexdigest()
        assert (folder / f"{part}.sha256").read_text() == f"{digest}  {part}\n"
    if shutil.which("sha256sum"):
        command = ["sha256sum", "--check", "--strict", "cfg.sha256", "model.sha256"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("damage", ["cut", "flip", "append", "empty"])
def test_damaged_files_are_named(trained, folder, part, damage):
    path = folder / part
    data = path.read_bytes()
    middle = len(data) // 2
    flipped = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
    changed = {"cut": data[:-1], "flip": flipped, "append": data + b" ", "empty": b""}[damage]
    path.write_bytes(changed)
    with pytest.raises(ValueError, match=rf"'{part}' in .*saved is damaged.*Copy the pipeline"):
        load(trained, folder)
    path.write_bytes(data)
    assert answers(trained, load(trained, folder)) == ENTS


@pytest.mark.parametrize("part", PARTS)
def test_damaged_digests_are_named(trained, folder, part):
    path = folder / f"{part}.sha256"
    for digest in (b"", path.read_bytes()[:-1], b"\xff" * 64, path.read_bytes().upper()):
        path.write_bytes(digest)
        with pytest.raises(ValueError, match=rf"'{part}' in .*'{part}.sha256' says"):
            load(trained, folder)


def test_a_failed_load_changes_nothing(trained, folder):
    component = load(trained, folder)
    before = component.to_bytes(exclude=["vocab"])
    (folder / "model").write_bytes(b"no model")
    with pytest.raises(ValueError, match="'model' in .* is damaged"):
        component.from_disk(folder, exclude=["vocab"])
    assert component.to_bytes(exclude=["vocab"]) == before


@pytest.mark.parametrize("part", PARTS)
def test_missing_files_are_named(trained, folder, part):
    (folder / part).unlink()
    with pytest.raises(FileNotFoundError, match=f"saved has no file '{part}'"):
        load(trained, folder)
    with pytest.raises(FileNotFoundError, match="nowhere has no file 'cfg'"):
        load(trained, folder.with_name("nowhere"))


def test_files_without_digests_load(trained, folder):
    """As versions before digests wrote them."""
    for part in PARTS:
        (folder / f"{part}.sha256").unlink()
    cfg = srsly.read_json(folder / "cfg")
    del cfg["format"]
    srsly.write_json(folder / "cfg", cfg)
    assert answers(trained, load(trained, folder)) == ENTS
    component = trained.get_pipe("lstm_ner")
    parts = {"cfg": srsly.json_dumps(cfg), "model": component.model.to_bytes()}
    loaded = fresh(trained).from_bytes(srsly.msgpack_dumps(parts))
    assert answers(trained, loaded) == ENTS


@pytest.mark.parametrize(
    "part,data,reason",
    [
        ("cfg", b"", "cannot be read as a JSON object"),
        ("cfg", b"[1]", "cannot be read as a JSON object"),
        ("cfg", b"\xff{}", "cannot be read as a JSON object: UnicodeDecodeError"),
        ("cfg", b'{"labels": "GPE"}', "its labels are 'GPE', no list of strings"),
        ("cfg", b'{"labels": [1]}', r"its labels are \[1\], no list of strings"),
        ("model", b"", "cannot be read as msgpack of its kind: ValueError Unpack failed"),
        ("model", b"\x01", "it holds a int"),
        ("model", b"\x80", "cannot be read as msgpack of its kind: KeyError 'nodes'"),
        ("model", b"\x81\xa5nodes\x01", "cannot be read as msgpack of its kind: TypeError"),
        ("model", b"\xdd\xff\xff\xff\xff", "exceeds max_array_len"),
        ("model", b"\x91" * 5000, "cannot be read as msgpack of its kind: StackError"),
        ("model", b"cos\nsystem\n(S'true'\ntR.", "cannot be read as msgpack of its kind"),
    ],
)
def test_files_of_another_kind(trained, folder, part, data, reason):
    (folder / part).write_bytes(data)
    seal(folder / part)
    with pytest.raises(ValueError, match=rf"'{part}' in .*{reason}"):
        load(trained, folder)
    assert gc.isenabled()


def test_lengths_that_lie_take_no_memory(trained, folder):
    """Nested arrays, each of which claims as many items as the file has bytes."""
    (folder / "model").write_bytes(b"\xdd\x00\x0f\x00\x00" * 100 + b"\x00" * 1_000_000)
    seal(folder / "model")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ValueError, match="'model' in .* cannot be read"):
        load(trained, folder)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # KiB


@pytest.mark.parametrize("given", [FORMAT + 1, 0, "2", None])
def test_files_of_a_newer_version(trained, folder, given):
    cfg = srsly.read_json(folder / "cfg")
    assert cfg["format"] == FORMAT
    srsly.write_json(folder / "cfg", {**cfg, "format": given})
    seal(folder / "cfg")
    with pytest.raises(ValueError, match=f"has format {given}, expected .* Upgrade it: pip"):
        load(trained, folder)


@pytest.mark.parametrize(
    "change,reason",
    [
        ({"width": 18}, "has nO = 18, theirs 16"),
        ({"depth": 2}, "they are of 14 layers, and it has 20"),
        ({"bidirectional": False}, "they are of 14 layers, and it has 12"),
        ({"cell": "gru"}, "'gru-l2r' has nG = 3, theirs 4"),
        ({"nO": 9}, "has nO = 9, theirs 21"),
        ({"tok2vec": {**SMALL["model"]["tok2vec"], "rows": [100, 50]}}, "nR = 150, theirs 250"),
        ({"tok2vec": {**SMALL["model"]["tok2vec"], "width": 10}}, "has nO = 20, theirs 24"),
    ],
)
def test_weights_of_another_shape(trained, folder, change, reason):
    config = {"model": {**SMALL["model"], **change}}
    with pytest.raises(ValueError, match=rf"'model' in .* do not fit .*{reason}.* Weights and"):
        load(trained, folder, config)


def test_weights_that_thinc_refuses(trained, folder):
    msg = srsly.read_msgpack(folder / "model")
    del msg["attrs"]
    srsly.write_msgpack(folder / "model", msg)
    seal(folder / "model")
    with pytest.raises(ValueError, match="'model' in .* do not fit .*: KeyError 'attrs'"):
        load(trained, folder)


def test_exclude(trained, folder):
    component = trained.get_pipe("lstm_ner")
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    component.to_disk(folder, exclude=iter(["vocab", "model"]))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == files
    component.to_disk(folder.with_name("half"), exclude=["vocab", "model"])
    half = folder.with_name("half")
    assert sorted(path.name for path in half.iterdir()) == ["cfg", "cfg.sha256"]
    (folder / "cfg").write_bytes(b"damaged")
    loaded = fresh(trained).from_disk(folder, exclude=iter(["vocab", "cfg"]))
    assert loaded.labels == ()
    loaded.from_disk(half, exclude=["vocab", "model"])
    assert answers(trained, loaded) == ENTS
    component.to_disk(folder.with_name("all"))
    assert (folder.with_name("all") / "vocab").is_dir()


def test_bytes(trained):
    component = trained.get_pipe("lstm_ner")
    data = component.to_bytes()
    assert data == component.to_bytes() == fresh(trained).from_bytes(data).to_bytes()
    assert set(srsly.msgpack_loads(data)) == {*PARTS, "cfg.sha256", "model.sha256", "vocab"}
    parts = srsly.msgpack_loads(component.to_bytes(exclude=["vocab", "cfg"]))
    assert set(parts) == {"model", "model.sha256"}
    half = fresh(trained).from_bytes(srsly.msgpack_dumps(parts))
    assert half.labels == ()
    loaded = half.from_bytes(data, exclude=["model", "vocab"])
    assert answers(trained, loaded) == ENTS


@pytest.mark.parametrize(
    "change,reason",
    [
        ({"model": b"\x80"}, "'model' in the bytes for component 'lstm_ner' is damaged"),
        ({"cfg": 3}, "'cfg' in the bytes for component 'lstm_ner' cannot be .* it is a int"),
        ({"modem.sha256": b""}, "have the parts 'modem.sha256', expected none but cfg"),
    ],
)
def test_damaged_bytes(trained, change, reason):
    parts = srsly.msgpack_loads(trained.get_pipe("lstm_ner").to_bytes(exclude=["vocab"]))
    with pytest.raises(ValueError, match=reason):
        fresh(trained).from_bytes(srsly.msgpack_dumps({**parts, **change}))


@pytest.mark.parametrize("data", [b"", b"no bytes of a component", b"\x93\x01\x02\x03"])
def test_bytes_of_another_kind(trained, data):
    with pytest.raises(ValueError, match="in the bytes for component 'lstm_ner' cannot be read"):
        fresh(trained).from_bytes(data)
