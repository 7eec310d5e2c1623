"""Messages about what `lstm_ner` is asked to give out."""


class SettingErrors:
    """What stops a setting of the component from being used."""

    NO_SUCH_OPTION = (
        "{given} was given, which is neither an option of this command nor a setting of the config "
        "(--section.key value, with a dot). See --help."
    )
    UNKNOWN_DECODER = "Unknown decoder '{decoder}', expected one of {known}."
    UNKNOWN_SETTING = "lstm_ner was given the settings {given}, which it lacks. It has: {known}."
    THRESHOLD_LABELS = (
        "threshold has values for {unknown}, which are no labels of this component. Its labels "
        "are {labels}: mend the name, or add the label before."
    )
    THRESHOLD_VALUE = (
        "The threshold of {label} is {value}, expected a probability: a number from 0 to 1, or "
        "null for the decoder's own (0 for viterbi, 0.5 for max_expected)."
    )
    TEMPERATURE = (
        "The calibration's temperature is {value}, expected a finite number above 0. Fit it again "
        "with `spacy lstm-ner calibrate`, or set calibrated = false."
    )
    CALIBRATION_MAP = (
        "The calibration map of {label} has the corners x = {x} and y = {y}, expected two lists of "
        "one length that rise from 0 to 1. Fit it again with `spacy lstm-ner calibrate`, or set "
        "calibrated = false."
    )
    EXTENSION_CLASH = (
        "confidence = true needs the extension span._.{name}, but another one with this name is "
        "registered. Rename yours, or leave confidence = false and read the probabilities from "
        "doc.spans: set spans_key."
    )
    TAG_SCHEME = "tag_scheme was given {scheme!r}, expected one of {known}."
    OTHER_SCHEME = (
        "The component was made with tag_scheme = '{given}', and what is loaded was trained with "
        "'{stored}'. Its weights score the tags of that scheme alone: leave tag_scheme as stored, "
        "or train anew."
    )
    FREE_TAGS = (
        "Probabilities of spans or readings are wanted (decoder = 'max_expected', threshold, "
        "confidence, spans_key, incorrect_spans_key, or a method of `analyse`) with constrained = "
        "false. Then many sequences of tags mean the same entities, so no sequence's probability "
        "is theirs: set constrained = true, which a trained model takes on loading too, or leave "
        "these settings at their defaults."
    )
    SUGGEST_BY = "Texts were to be ranked by '{by}'. Known ways: {known}."
    SUGGEST_PER_TOKEN = (
        "--per-token was given with --by {by}, expected --by entropy: a margin does not grow with "
        "the length of a text. Leave one of the two out."
    )
