"""Every message: what was given, what was expected, the rule, how to mend it."""

from .confidence import ConfidenceErrors, ConfidenceWarnings
from .corpora import CorpusErrors, CorpusWarnings
from .files import FileErrors, FileWarnings
from .model import ModelErrors, ModelWarnings
from .scale import ScaleErrors
from .settings import SettingErrors
from .storage import StorageErrors
from .training import TrainingErrors, TrainingWarnings


class Errors(
    ModelErrors,
    SettingErrors,
    StorageErrors,
    FileErrors,
    CorpusErrors,
    ConfidenceErrors,
    TrainingErrors,
    ScaleErrors,
):
    """All errors, by name."""


class Warnings(ModelWarnings, FileWarnings, CorpusWarnings, ConfidenceWarnings, TrainingWarnings):
    """All warnings and reports, by name."""
