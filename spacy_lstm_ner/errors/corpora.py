"""Messages about corpora: the reader for training, debug-data, evaluation and plots."""


class CorpusErrors:
    """What stops a corpus from being read, checked or drawn."""

    NO_CORPUS_PATH = (
        "The path of a corpus was given as null, expected a .jsonl or .spacy file or a folder of "
        "them. Set it in the config, or on the command line with --paths.train and --paths.dev."
    )
    CORPUS_MISSING = (
        "The corpus '{path}' does not exist. The path must be a .jsonl or .spacy file or a folder "
        "of them: mend [paths] in the config, or --paths.train and --paths.dev on the command "
        "line."
    )
    CORPUS_EMPTY = (
        "The corpus '{path}' has no .jsonl and no .spacy file. The suffix tells how a file is "
        "read: rename the file, or convert it with `spacy lstm-ner convert`."
    )
    CORPUS_TWICE = (
        "The corpus '{path}' has both '{a}' and '{b}', which look like the same documents in two "
        "formats. Every document of a folder is read: keep one of the two files, or give the "
        "path of a file."
    )
    PUBLISHED = (
        "--published was given '{given}', expected a name and a token accuracy from 0 to 1, such "
        "as --published 'a paper=0.95'."
    )
    SHARD = (
        "shard was given {shard} with num_shards {num_shards}, expected 0 <= shard and shard < "
        "num_shards: document i belongs to shard i % num_shards."
    )
    SHARES = (
        "The case augmenter was given lower = {lower}, upper = {upper}, title = {title}, expected "
        "shares of the documents: none below 0, and not above 1 together. A document comes in one "
        "case only; what is left comes as it is."
    )

    DATA_FORMAT = (
        "{path} is neither a config (.cfg) nor data (.spacy, .jsonl). debug-data takes one config, "
        "or files of data: convert other formats first (`spacy lstm-ner convert`, `spacy convert`)."
    )
    DATA_ROLES = (
        "{path} was given, but train, dev and test are taken by other files. Files belong to the "
        "part that their name says, the rest to train, dev and test in this order: put one of "
        "these words in its name to add it to that part."
    )
    DATA_OVERRIDE = (
        "The option '{option}' is unknown. Settings with a dot in their name, such as "
        "--paths.train, replace those of a config (.cfg), which must come before them; --help "
        "lists the other options."
    )
    DATA_SOURCES = (
        "{given} were given, expected one config (.cfg) or files of data (.spacy, .jsonl), but "
        "not both."
    )
    DATA_NO_FILE = "There is no file {path}. Check its name, and the folder that you are in."
    DATA_DOCBIN = (
        "The data of {source} cannot be read: {reason}. A .spacy file must be in spaCy's binary "
        "format, as `spacy lstm-ner convert`, `spacy convert` or DocBin.to_disk write it."
    )
    DATA_NO_DOCS = (
        "{part}: no documents. Each part needs some: check the path, and the reader's limits on "
        "length."
    )
    DATA_NO_ENTITIES = (
        "{part}: {docs} documents and not one entity, so there is nothing to learn or to score. "
        "Check that the file was converted with its entities (doc.ents)."
    )
    DATA_NEW_LABELS = (
        "{part}: labels that no entity in train has: {labels}. They are never predicted and only "
        "lower the score: mend the labels, or add examples of them to train."
    )
    DATA_WHITE_SPACE = (
        "{part}: {number} entities begin or end with white space. Such an entity is never "
        "predicted: trim the spans."
    )

    NO_GOLD_ENTS = (
        "{path} was given as gold data, but none of its {n_docs} documents says anything about "
        "entities. Each token needs an annotation (entity or O): set doc.ents before the "
        "documents are saved."
    )
    NO_GOLD_ENTITIES = (
        "{path} has {n_docs} documents and not one entity, so no entity can be missed or found. "
        "Give documents with entities (doc.ents, or 'spans' in JSON lines); to count what a "
        "pipeline finds where nothing is, use `spacy lstm-ner evaluate`."
    )
    NO_TRAIN_ENTITIES = (
        "{path} was given as what the pipeline was trained on (--train), but its {n_docs} "
        "documents have not one entity. Seen entities can be told from unseen ones only with the "
        "entities of the training documents: give those documents, or leave --train out."
    )
    NO_PREDICTED_ENTS = (
        "The pipeline ({names}) found no entity in {n_docs} documents with {n_gold} gold "
        "entities, so all of them are missed and there are no kinds of error to tell apart. A "
        "component must set doc.ents: check that it is in the pipeline, enabled and trained."
    )
    NO_MATPLOTLIB = (
        "Figures are drawn by matplotlib, which is not installed. Install it with: "
        'pip install "spacy-lstm-ner[plots]"'
    )
    NOTHING_TO_PLOT = (
        "No file was given to draw a figure of. Give at least one of --log (training log), "
        "--metrics (output of spacy lstm-ner evaluate) and --data (a .spacy file)."
    )
    EMPTY_LOG = (
        "The training log has {n_records} records and none can be drawn. A record needs a 'step' "
        "and one of 'other_scores', 'score', 'losses', 'grad_norm' and 'clip_rate'."
    )
    NO_LABEL_SCORES = (
        "The metrics have no scores for labels (their keys: {keys}). They need 'ents_per_type', "
        "as spacy lstm-ner evaluate --output writes it for data with entities."
    )
    NO_DOCS = "The data file '{name}' holds no documents, expected at least one."


class CorpusWarnings:
    """What is wrong in the data."""

    NO_REGISTER = (
        "No table by register: no document says which one it belongs to. Give it as "
        "'meta': {'register': ...} in JSON lines; convert keeps it in the .spacy file."
    )
    NO_TRAIN = (
        "No table of seen and unseen entities: it needs the documents that the pipeline was "
        "trained on, --train."
    )
    NO_CONFIDENCE = (
        "Confidence is left out: the pipeline ({names}) has no lstm_ner, or several and none was "
        "named with --component. Sentences are ordered by their number of errors."
    )

    CORPUS_PROBLEMS = (
        "{total} things in the corpus '{path}' could not be taken over as they stand: tokens of "
        "spans that do not fit count as missing annotation, lines that cannot be read are left "
        "out. `spacy lstm-ner convert` lists them all. First ones: {shown}"
    )

    DATA_FEW_DOCS = (
        "train: {docs} documents. With fewer than {limit} hardly anything is learned that holds "
        "for other text: annotate more."
    )
    DATA_EVERYWHERE = (
        "train: labels that every document has an entity of: {labels}. Where nothing stands must "
        "be learned too: add documents without them, if there will be such text."
    )
    DATA_RARE = (
        "train: labels with fewer than {limit} entities, too few to learn: {labels}. Annotate "
        "more, or merge them into other labels."
    )
    DATA_FEW = (
        "train: labels with fewer than {limit} entities, which will be found badly: {labels}. "
        "Annotate more of them if they matter."
    )
    DATA_UNREAD = (
        "{part}: {number} lines were left out or changed when the file was read. They are listed "
        "above: mend them in the file."
    )
    DATA_MISALIGNED = (
        "{part}: {number} entities do not fit the tokens and count as missing annotation. Mend "
        "their ends, or the tokenizer's rules where it cuts wrong."
    )
    DATA_CROSSING = (
        "{part}: {number} entities go across a sentence start that is set, and count as missing "
        "annotation. Mend the sentence starts, or the entities."
    )
    DATA_CONFLICTS = (
        "{strings} strings have several labels; {number} mentions have a rarer one. Ambiguous "
        "names are in order, slips are not: look them through."
    )
    DATA_UNLABELLED = (
        "{strings} strings are entities most of the time, but in {number} places they have no "
        "label. Label them where they were forgotten."
    )
    DATA_DUPLICATES = (
        "{part}: {exact} documents stand in {other} too, and {near} more are nearly the same. "
        "Scores on known text flatter: take them out of one of the two."
    )
