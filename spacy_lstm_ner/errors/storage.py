"""Messages about the files of a saved component."""


class StorageErrors:
    """What stops a saved component from being loaded."""

    FILE_MISSING = (
        "{source} has no file '{name}', expected a folder that the component lstm_ner wrote. Copy "
        "the pipeline again, whole, or leave the file out with exclude = ['{name}']."
    )
    FILE_CHANGED = (
        "'{name}' in {source} is damaged or was changed after it was saved: its sha256 is {given}, "
        "and '{digest}' says {expected}. Copy the pipeline again from where it is whole, or train "
        "it again; if the file was changed on purpose, remove '{digest}' and nothing is checked."
    )
    UNREADABLE = (
        "'{name}' in {source} cannot be read as {expected}: {reason}. It is damaged, or lstm_ner "
        "did not write it: copy the pipeline again from where it is whole, or train it again."
    )
    UNKNOWN_PARTS = (
        "{source} have the parts {unknown}, expected none but {known}. They are damaged, or a "
        "newer spacy-lstm-ner wrote them."
    )
    NEWER_FORMAT = (
        "'{name}' in {source} has format {given}, expected a number from 1 to {known}, the newest "
        "that this spacy-lstm-ner knows. Upgrade it: pip install -U spacy-lstm-ner."
    )
    MISFIT = (
        "The weights '{name}' in {source} do not fit the model that the config describes: "
        "{reason}. Weights and the [components.*.model] of config.cfg must come from the same "
        "training: take back what was changed in the config, or train again."
    )
