"""The configs that this package ships, filled for a language and vectors.

The files beside this module are those in `configs/` of the project, byte for byte.
"""

from importlib.resources import files
from typing import Dict, Optional, Tuple

from spacy.util import get_lang_class, load_model_from_config
from thinc.api import Config

NO_VECTORS = " No pretrained vectors needed."  # in the comment at the top of configs without
Place = Tuple[str, Optional[str]]  # a section, and a setting in it


def fill_recipe(name: str, lang: str, vectors: Optional[str]) -> str:
    """Complete one of the configs with all defaults; its comments stay where they belong.

    name (str): Name of the config.
    lang (str): Code of the language, whose tokenizer is taken.
    vectors (Optional[str]): What `paths.vectors` is set to, so that static vectors are used.
    RETURNS (str): The text of the config.
    RAISES (ImportError): If the language is unknown, or what its tokenizer needs is missing.
    """
    source = files(__package__) / "configs" / f"{name}.cfg"
    text = source.read_text(encoding="utf8")
    if vectors is not None:
        text = text.replace(NO_VECTORS, "")
    config = Config().from_str(text, interpolate=False)
    config["nlp"]["lang"] = lang
    config["nlp"]["tokenizer"] = get_lang_class(lang).default_config["nlp"]["tokenizer"]
    if vectors is not None:
        config["paths"]["vectors"] = vectors
        tok2vec = config["components"]["lstm_ner"]["model"]["tok2vec"]
        tok2vec["include_static_vectors"] = not tok2vec.get("vectors")
    filled = load_model_from_config(config, auto_fill=True, validate=True).config
    return _put_comments(*_find_comments(text), filled.to_str(interpolate=False))


def _find_comments(text: str) -> Tuple[str, Dict[Place, str]]:
    """The comment at the top, up to the first blank line, and the others by what follows them."""
    head, body = text.split("\n\n", 1)
    comments: Dict[Place, str] = {}
    section, above = "", ""
    for line in body.splitlines():
        if line.startswith("#"):
            above += f"{line}\n"
            continue
        section, setting = _place(line, section)
        if above:
            comments[section, setting] = above
        above = ""
    return head, comments


def _put_comments(head: str, comments: Dict[Place, str], filled: str) -> str:
    """A setting whose value is a table is a section of its own in the filled text."""
    lines = [f"{head}\n\n"]
    section = ""
    for line in filled.splitlines():
        section, setting = _place(line, section)
        place: Place = (section, setting)
        if setting is None and line and place not in comments:
            parent, _, name = section.rpartition(".")
            place = (parent, name)
        lines.append((comments.get(place, "") if line else "") + f"{line}\n")
    return "".join(lines)


def _place(line: str, section: str) -> Place:
    if line.startswith("["):
        return line.strip("[]"), None
    return section, line.partition("=")[0].strip() or None
