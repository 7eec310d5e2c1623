"""The component `lstm_ner`: from Docs to entities and their probabilities."""

import copyreg
from pathlib import Path
from typing import Any, Callable, Iterable, Iterator, List, Mapping, Optional, Union

import srsly
from spacy.pipeline.tok2vec import Tok2VecListener
from spacy.tokens import Doc
from spacy.util import minibatch
from spacy.vocab import Vocab
from thinc.api import Model

from ..errors import Errors, Warnings
from ..tags.constraints import prediction_mask
from ..tags.spans import spans_by_doc, spans_from_tags
from ..types import TagScores
from .analysis import Analysis
from .annotate import new_spans, set_confidences, set_ents, set_span_group
from .confidence import register_confidence
from .decode import Prediction, decode
from .listeners import reduce_listener
from .loss import LossSettings
from .rehearsal import CRFRehearser
from .settings import Settings, make_cfg, read_settings, restore_cfg
from .storage import files_of, load_model, make_parts, parts_of, read_parts

# Else no pipeline with a shared tok2vec could be sent to another process after `nlp.update`.
copyreg.pickle(Tok2VecListener, reduce_listener)


class LSTMNer(CRFRehearser):
    """Entity recognizer: a tagger gives the scores of all paths of tags, the best legal path
    becomes `Doc.ents`.

    Settings are read from `cfg` at each prediction, so they may be changed there at any time. A
    logger that wants to know about gradients sets `watch`.
    """

    def __init__(
        self,
        vocab: Vocab,
        model: Model[List[Doc], TagScores],
        name: str = "lstm_ner",
        *,
        max_grad_norm: Optional[float] = None,
        scorer: Optional[Callable] = None,
        loss: Optional[LossSettings] = None,
        **settings: Any,
    ) -> None:
        """Make an untrained component. In apps, use `nlp.add_pipe("lstm_ner")`.

        vocab (Vocab): The shared vocabulary.
        model (Model[List[Doc], TagScores]): The tagger.
        name (str): Name of this instance, key of its loss.
        max_grad_norm (Optional[float]): Limit on the Euclidean norm of the component's whole
            gradient per word seen since the last step; the parts of an upstream shared tok2vec
            are not among it. None: no limit.
        scorer (Optional[Callable]): The scoring method.
        loss (Optional[LossSettings]): What is learned beside the annotation itself.
        **settings (Any): What is given out: see `make_lstm_ner` for names and values.
        RAISES (ValueError): If max_grad_norm is not above 0, or a setting makes no sense.
        """
        super().__init__(vocab, model, name, make_cfg(settings), max_grad_norm, loss)
        self.scorer = scorer
        if self.cfg["confidence"]:
            register_confidence()

    def predict(self, docs: Iterable[Doc]) -> Prediction:
        """Find the entities of each Doc, with preset entities, blocked tokens, rejected labels,
        white space and sentence starts as constraints. The Docs are not changed.

        docs (Iterable[Doc]): The batch.
        RETURNS (Prediction): Entities and scored spans, as the settings want them.
        RAISES (ValueError): If the component has no weights yet, or a setting makes no sense.
        """
        docs = list(docs)
        if not any(map(len, docs)):
            nothing = spans_from_tags([], [], self.tagset)
            return Prediction(nothing, None if self.cfg["spans_key"] is None else nothing)
        settings = read_settings(self.cfg)
        return decode(self._analyse(docs, settings), settings)

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 128) -> Iterator[Doc]:
        """Annotate a stream, batch by batch. Where no answer can be had for a batch, its Docs are
        tried one by one, and the error handler gets those that fail alone. If none does, a warning
        names the error of the batch, once.

        stream (Iterable[Doc]): The Docs; no more than a batch is read ahead.
        batch_size (int): Docs of a batch.
        YIELDS (Doc): The Docs in their order, less those that the error handler was given.
        """
        for docs in minibatch(stream, size=batch_size):
            prediction, failure = None, ""
            try:
                prediction = self.predict(docs)
            except Exception as error:
                failure = repr(error)
            if prediction is None:
                n_alone = 0
                for doc in super().pipe(docs, batch_size=1):
                    n_alone += 1
                    yield doc
                if len(docs) == n_alone > 1:
                    message = Warnings.BATCH_FAILED.format(name=self.name, n=n_alone, error=failure)
                    self._warn_once("batch", message)
                continue
            try:
                self.set_annotations(docs, prediction)
            except Exception as error:
                self.get_error_handler()(self.name, self, docs, error)
            else:
                yield from docs

    def analyse(self, docs: Iterable[Doc]) -> Analysis:
        """Everything that can be known about the readings of a batch: probabilities of spans and
        tags, the k best readings, entropy. The Docs are not changed.

        docs (Iterable[Doc]): The batch.
        RETURNS (Analysis): Answers on request.
        RAISES (ValueError): If the component has no weights yet, or a setting makes no sense.
        """
        return self._analyse(list(docs), read_settings(self.cfg))

    def _analyse(self, docs: List[Doc], settings: Settings) -> Analysis:
        if not self.model.has_dim("nO"):
            raise ValueError(Errors.NOT_INITIALIZED.format(name=self.name))
        scores = self.model.predict(docs)
        constraints = self._constraints(scores)
        mask = prediction_mask(
            docs, self.tagset, settings.rejected_spans_key, self.cfg["untrained_labels"]
        )
        allowed = self._packed(mask, scores)
        lengths = [len(doc) for doc in docs]
        return Analysis(scores, constraints, allowed, self.tagset, lengths, settings.calibration)

    def set_annotations(self, docs: Iterable[Doc], prediction: Prediction) -> None:
        """Write what was found: entities beside preset ones, and scored spans and confidences if
        the settings want them.

        docs (Iterable[Doc]): The batch, changed in place.
        prediction (Prediction): What `predict` gave.
        """
        docs, tagset, key = list(docs), self.tagset, self.cfg["spans_key"]
        ents = spans_by_doc(prediction.ents, len(docs), tagset)
        if prediction.scored is None and not self.cfg["confidence"]:
            for doc, found in zip(docs, ents):
                set_ents(doc, new_spans(doc, found))
            return
        scored = spans_by_doc(prediction.scored or prediction.ents, len(docs), tagset)
        for doc, found, likely in zip(docs, ents, scored):
            new, candidates = new_spans(doc, found), new_spans(doc, likely)
            if prediction.scored is not None:
                set_span_group(doc, key, candidates)
            if self.cfg["confidence"]:
                register_confidence()
                set_confidences(doc, self.name, [*candidates, *new])
            set_ents(doc, new)

    def to_disk(self, path: Union[str, Path], *, exclude: Iterable[str] = ()) -> None:
        """Save labels, weights and settings, with digests that `from_disk` checks.

        path (Union[str, Path]): A folder, made if it is not there.
        exclude (Iterable[str]): Fields to leave out: "cfg", "vocab", "model".
        """
        path, exclude = Path(path), set(exclude)
        path.mkdir(exist_ok=True)
        for name, data in make_parts(self.cfg, self.model, exclude).items():
            (path / name).write_bytes(data)
        if "vocab" not in exclude:
            self.vocab.to_disk(path / "vocab", exclude=exclude)

    def from_disk(self, path: Union[str, Path], *, exclude: Iterable[str] = ()) -> "LSTMNer":
        """Load labels, weights and settings. A setting that the config overrides holds.

        path (Union[str, Path]): A folder that `to_disk` wrote.
        exclude (Iterable[str]): Fields to leave out: "cfg", "vocab", "model".
        RETURNS (LSTMNer): This component.
        RAISES (OSError): If a file is missing or cannot be read.
        RAISES (ValueError): If a file is damaged, too new, or not for this model.
        """
        path, exclude = Path(path), set(exclude)
        self._take_over(files_of(path, exclude), str(path))
        if "vocab" not in exclude:
            self.vocab.from_disk(path / "vocab", exclude=exclude)
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Pack labels, weights and settings, with digests that `from_bytes` checks.

        exclude (Iterable[str]): Fields to leave out: "cfg", "vocab", "model".
        RETURNS (bytes): All in one.
        """
        exclude = set(exclude)
        parts = make_parts(self.cfg, self.model, exclude)
        if "vocab" not in exclude:
            parts["vocab"] = self.vocab.to_bytes(exclude=exclude)
        packed: bytes = srsly.msgpack_dumps(parts)
        return packed

    def from_bytes(self, bytes_data: bytes, *, exclude: Iterable[str] = ()) -> "LSTMNer":
        """Load labels, weights and settings. A setting that the config overrides holds.

        bytes_data (bytes): What `to_bytes` gave.
        exclude (Iterable[str]): Fields to leave out: "cfg", "vocab", "model".
        RETURNS (LSTMNer): This component.
        RAISES (ValueError): If they are damaged, too new, or not for this model.
        """
        exclude, source = set(exclude), f"the bytes for component '{self.name}'"
        parts = parts_of(bytes_data, source)
        self._take_over({name: parts[name] for name in parts if name not in exclude}, source)
        if "vocab" in parts and "vocab" not in exclude:
            self.vocab.from_bytes(parts["vocab"], exclude=exclude)
        return self

    def _take_over(self, parts: Mapping[str, bytes], source: str) -> None:
        stored = read_parts(parts, self.model, source)
        cfg = {**self.cfg, **(stored.cfg or {})}
        if stored.cfg is not None:
            restore_cfg(cfg, self.cfg["configured"])
        if stored.model is not None:
            load_model(self.model, stored.model, source)
        self.cfg.update(cfg)
