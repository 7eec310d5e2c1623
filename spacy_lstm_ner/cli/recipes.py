"""The configs that this package ships, filled for a language and vectors.

The files beside this module are those in `configs/` of the project, byte for byte.
"""

from importlib.resources import files
from typing import Dict, Optional, Tuple

from spacy.util import get_lang_class, load_model_from_config
from thinc.api import Config

from .pretrained import Pretrained

# In the comments of configs without pretrained vectors, and of those with them.
NO_VECTORS = " No pretrained vectors needed."
TRAINED = "; those of the words of the training text are trained on."
Place = Tuple[str, Optional[str]]  # a section, and a setting in it


def fill_recipe(name: str, lang: str, table: Optional[Pretrained]) -> str:
    """Complete one of the configs with all defaults; its sections stay in their order, and its
    comments where they belong.

    name (str): Name of the config.
    lang (str): Code of the language, whose tokenizer is taken.
    table (Optional[Pretrained]): The static vectors to use.
    RETURNS (str): The text of the config.
    RAISES (ImportError): If the language is unknown, or what its tokenizer needs is missing.
    """
    source = files(__package__) / "configs" / f"{name}.cfg"
    text = source.read_text(encoding="utf8")
    if table is not None:
        text = text.replace(NO_VECTORS, "")
        if table.is_floret:
            text = text.replace(TRAINED, ".")
    config = Config().from_str(text, interpolate=False)
    config["nlp"]["lang"] = lang
    config["nlp"]["tokenizer"] = get_lang_class(lang).default_config["nlp"]["tokenizer"]
    if table is not None:
        _use_vectors(config, table)
    filled = load_model_from_config(config, auto_fill=True, validate=True).config
    ordered = _order_sections(text, filled.to_str(interpolate=False))
    return _put_comments(*_find_comments(text), ordered)


def _use_vectors(config: Config, table: Pretrained) -> None:
    config["paths"]["vectors"] = table.name
    tok2vec = config["components"]["lstm_ner"]["model"]["tok2vec"]
    blocks = tok2vec.get("vectors") or {}
    tok2vec["include_static_vectors"] = not blocks
    if table.is_floret:  # no word has a row of its own, and every word has a vector
        for block in blocks.values():
            block["trained_words"] = 0
        if tok2vec.pop("ngrams", None):
            tok2vec["ngrams"] = None  # behind the settings that are there


def _order_sections(text: str, filled: str) -> str:
    """A section that the text lacks comes behind the one that it is part of."""
    order = [line.strip("[]") for line in text.splitlines() if line.startswith("[")]

    def place(section: str) -> int:
        name = section[1 : section.index("]")]
        while name and name not in order:
            name = name.rpartition(".")[0]
        return order.index(name) if name else len(order)

    return "\n\n".join(sorted(filled.split("\n\n"), key=place))


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
