"""What a table of pretrained static vectors is like, before a config is made for it."""

from pathlib import Path
from typing import NamedTuple

from spacy.util import get_model_meta, get_package_path, is_package, load_config, load_model
from spacy.vectors import Mode

from ..errors import Errors

MANY_ROWS = 50_000  # what the configs with vectors in place of tables of words are for


class Pretrained(NamedTuple):
    """The static vectors of a pipeline, by what `paths.vectors` is set to."""

    name: str
    lang: str
    n_rows: int
    is_floret: bool

    @property
    def is_small(self) -> bool:
        """Whether it lacks many words. Floret tables lack none, however few rows they have."""
        return self.n_rows < MANY_ROWS and not self.is_floret


def find_pretrained(name: str) -> Pretrained:
    """Read the table of a pipeline, and nothing else of it: its components can be large, and need
    packages that are not here.

    name (str): A package, or a folder as `spacy init vectors` makes it: what `paths.vectors` takes.
    RETURNS (Pretrained): What was found.
    RAISES (ValueError): If there are no static vectors, or a config cannot hold the name.
    """
    if "${" in name:
        raise ValueError(Errors.VECTORS_VARIABLE.format(name=name))
    try:
        folder = _folder_of(name)
        components = load_config(folder / "config.cfg")["nlp"]["pipeline"]
        nlp = load_model(folder, exclude=[*components, "tokenizer", "strings", "lookups"])
    except (ImportError, OSError, ValueError) as err:
        raise ValueError(Errors.VECTORS_FOLDER.format(path=name, reason=err)) from err
    vectors = nlp.vocab.vectors
    if 0 in vectors.shape:
        raise ValueError(Errors.VECTORS_FOLDER.format(path=name, reason="its table is empty"))
    return Pretrained(name, str(nlp.lang), vectors.shape[0], vectors.mode == Mode.floret)


def _folder_of(name: str) -> Path:
    """Packages come first, as in spaCy; their data stands in a folder inside."""
    if is_package(name):
        package = get_package_path(name)
        meta = get_model_meta(package)
        return package / f"{meta['lang']}_{meta['name']}-{meta['version']}"
    if not Path(name).is_dir():
        raise ValueError("there is no such folder, and no such package is installed")
    return Path(name)
