"""Messages about calibration and thresholds."""


class ConfidenceErrors:
    """What stops confidences from being calibrated, or thresholds from being chosen."""

    NO_SPANS = (
        "No spans were given to compare confidences with outcomes. At least one span on annotated "
        "tokens is needed: give documents in which the component finds something."
    )
    NOT_A_PROBABILITY = (
        "{number} of the confidences are no probabilities, the first one is {value}. A confidence "
        "is a number p with 0 <= p and p <= 1."
    )
    NOT_A_LOSS = (
        "The loss at temperature {temperature} is {value}, expected a finite number. Check that "
        "the scores of the model are finite (its training may have diverged)."
    )
    FEW_DOCS = (
        "{path} has {number} documents, expected at least {least}: a calibration is fitted to some "
        "of them and checked on the others. Cut long documents, or give more."
    )
    ONE_WISH = (
        "{given} wishes were given, expected exactly one of --best-f1, --precision and --recall: "
        "it decides which thresholds are chosen."
    )
    WISH_SHARE = (
        "{name} was given {value}, expected a number w with 0 < w and w <= 1, such as 0.9 for 90 %."
    )
    OUT_OF_REACH = (
        "No threshold reaches a {name} of {wanted} on these documents. The greatest within reach: "
        "{reachable}. {advice}"
    )
    ADVICE_PRECISION = (
        "A threshold leaves out the spans below it; a precision counts if at least {least} are "
        "left, and even the most confident ones are not right so often. Lower the wish{hint}."
    )
    HINT_GLOBAL = ", or use --global, one threshold for all labels together"
    ADVICE_RECALL = (
        "The decoder '{decoder}' offers no more spans to choose from, even at the lowest "
        "threshold: lower the wish{hint}."
    )
    HINT_MAX_EXPECTED = ", or use --decoder max_expected, which also finds less likely spans"
    UNSETTLED = (
        "After {rounds} rounds the thresholds of {labels} still depend on each other: spans of "
        "different labels compete for the same tokens. Use --global, one threshold for all labels."
    )
    NO_LSTM_NER = (
        "The pipeline has no component lstm_ner; its components are {names}. Give a pipeline that "
        "was trained with lstm_ner."
    )
    WHICH_LSTM_NER = (
        "The pipeline has {number} components lstm_ner: {names}. Name one of them with --component."
    )
    NOT_LSTM_NER = (
        "'{name}' is no component lstm_ner of the pipeline; those are: {names}. Name one of them "
        "with --component, or as component in a config."
    )
    OUTPUT_EXISTS = (
        "The folder {path} is not empty. A pipeline is only written over what is there with "
        "--force: name another folder, or add --force."
    )
    CONFIG_LABELS = (
        "The thresholds cannot stand in config.cfg: the labels {labels} have characters that its "
        "keys cannot have (=, :, # or [ at the start, spaces at the ends). Rename these labels, or "
        "use --global."
    )


class ConfidenceWarnings:
    """What a user should know about calibration and thresholds."""

    STALE_THRESHOLDS = (
        "The pipeline has thresholds, and they were chosen for other confidences than those it has "
        "now. Choose them again with `spacy lstm-ner thresholds`."
    )
    AT_THE_LIMIT = (
        "The temperature {temperature:.3g} lies at the limit of the search. The model is far from "
        "the annotation of these documents: check that they are of the kind it was trained for."
    )
    NO_MAPS = (
        "No map of their own for {labels}: fewer than {least} right or {least} wrong candidates. "
        "Their confidences are calibrated by the temperature alone."
    )
    NO_EVIDENCE = (
        "No threshold of their own for {labels}: no span on annotated tokens to choose it by. They "
        "keep the default of the decoder."
    )
