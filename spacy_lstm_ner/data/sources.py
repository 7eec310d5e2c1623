"""The parts of the data, from a training config or from files."""

import re
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, Iterable, List, Mapping, Sequence

import spacy
from spacy.language import Language
from spacy.schemas import ConfigSchemaInit, ConfigSchemaTraining
from spacy.tokens import Doc
from spacy.training import Corpus, Example
from spacy.training.initialize import init_vocab
from spacy.util import load_config, load_model_from_config, registry, resolve_dot_names

from ..errors import Errors
from .jsonl import read_jsonl
from .mentions import Mention
from .misfits import misaligned_in_example, problem_in_text
from .problems import Problem

ROLES = ("train", "dev", "test")


@dataclass
class Part:
    """One part of the data.

    docs (List[Doc]): The annotation, on its own tokens.
    misaligned (List[Mention]): Its entities that do not align with the pipeline's tokens.
    unread (List[Mention]): Lines of its files that were left out or changed.
    """

    docs: List[Doc] = field(default_factory=list)
    misaligned: List[Mention] = field(default_factory=list)
    unread: List[Mention] = field(default_factory=list)


def parts_of_config(path: Path, overrides: Mapping[str, Any]) -> Dict[str, Part]:
    """Read the training and the dev corpus of a config, through the readers that it names, and
    load its vectors into the Docs' vocab.

    path (Path): The config.
    overrides (Mapping[str, Any]): Settings that replace those of the file, by dotted name.
    RETURNS (Dict[str, Part]): The parts `train` and `dev`.
    RAISES (ValueError, OSError): If the config or a file that it names cannot be used.
    """
    nlp = load_model_from_config(load_config(path, overrides=dict(overrides)), auto_fill=True)
    config = nlp.config.interpolate()
    settings = registry.resolve(config["initialize"], schema=ConfigSchemaInit)
    init_vocab(
        nlp,
        data=settings["vocab_data"],
        lookups=settings["lookups"],
        vectors=settings["vectors"],
    )
    training = registry.resolve(config["training"], schema=ConfigSchemaTraining)
    names = [training["train_corpus"], training["dev_corpus"]]
    parts = {role: Part() for role in ROLES[:2]}
    for (role, part), name, reader in zip(parts.items(), names, resolve_dot_names(config, names)):
        _add_examples(part, role, reader(nlp), name)
    return parts


def parts_of_files(paths: Sequence[Path], lang: str) -> Dict[str, Part]:
    """Read .spacy and .jsonl files.

    paths (Sequence[Path]): The files. See `roles_of` for the parts that they make.
    lang (str): Language whose tokenizer is used.
    RETURNS (Dict[str, Part]): The parts, in the order train, dev, test.
    RAISES (ValueError, OSError): If a file cannot be read.
    """
    nlp = spacy.blank(lang)
    roles = roles_of(paths)
    parts = {role: Part() for role in ROLES if role in roles}
    for role, path in zip(roles, paths):
        if path.suffix == ".jsonl":
            _add_jsonl(parts[role], role, path, nlp)
        else:
            _add_examples(parts[role], role, Corpus(path)(nlp), str(path))
    return parts


def roles_of(paths: Sequence[Path]) -> List[str]:
    """Tell which part each file belongs to: the word train, dev or test in its name, or else the
    first of these that no file before it and no file's name has taken. Several files named for
    the same part are one part.

    paths (Sequence[Path]): The files.
    RETURNS (List[str]): The part of each.
    RAISES (ValueError): If a file is of another format, or no part is left for it.
    """
    named = [_named_role(path) for path in paths]
    free = [role for role in ROLES if role not in named]
    roles = []
    for path, role in zip(paths, named):
        if path.suffix not in (".jsonl", ".spacy"):
            raise ValueError(Errors.DATA_FORMAT.format(path=path))
        if not role and not free:
            raise ValueError(Errors.DATA_ROLES.format(path=path))
        roles.append(role or free.pop(0))
    return roles


def _named_role(path: Path) -> str:
    words = re.findall("[a-z]+", path.stem.lower())
    return next((role for role in ROLES if role in words), "")


def _add_jsonl(part: Part, role: str, path: Path, nlp: Language) -> None:
    def report(problem: Problem) -> None:
        kind = part.misaligned if problem.kind == "misaligned" else part.unread
        kind.append(problem_in_text(role, problem))

    part.docs.extend(read_jsonl(path, nlp.tokenizer, report))


def _add_examples(part: Part, role: str, examples: Iterable[Example], source: str) -> None:
    try:
        for example in examples:
            part.docs.append(example.reference)
            part.misaligned.extend(misaligned_in_example(role, len(part.docs), example))
    except (zlib.error, ValueError) as err:
        raise ValueError(Errors.DATA_DOCBIN.format(source=source, reason=err)) from err
