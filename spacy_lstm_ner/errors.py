"""Every message: what was given, what was expected, the rule, how to mend it."""


class Errors:
    ODD_WIDTH = (
        "A bidirectional layer was given width {width}. Each direction takes half of it, so the "
        "width must be even: use {lower} or {upper}."
    )
    SIZE = "{name} was given {value}, expected {rule}."
    RATE = (
        "{name} was given {value}, expected a rate r with 0 <= r and r < 1: the share of values "
        "that dropout sets to zero."
    )
    RESIDUAL_DEPTH = (
        "residual = true was given with depth {depth}. A skip connection adds the input of a "
        "layer to its output from layer 2 on, so it needs depth >= 2: set residual = false or "
        "a greater depth."
    )
    RECURRENT_DROPOUT = (
        "recurrent_dropout_scale {scale} times the dropout rate {drop} is {rate}. The product is "
        "the rate on the recurrent weights and must stay below 1: lower one of the two."
    )
    UNKNOWN_CELL = "Unknown cell '{cell}'. Known cells: {known}."
    UNKNOWN_DIRECTION = "Unknown direction '{direction}', expected 'l2r' or 'r2l'."
    UNKNOWN_HEAD = "Unknown head '{head}', expected 'crf' or 'softmax'."
    MISSING_DIM = (
        "The layer '{layer}' cannot be initialized: its dimension {dim} is neither set nor can "
        "be read off sample data. Pass sample data to initialize(), or set {dim} in the config."
    )
    WRONG_WIDTH = (
        "The layer '{layer}' expects vectors {expected} wide and was given vectors {given} wide."
    )
    FEWER_TAGS = (
        "The tagger has {have} tags and was asked for {want}. Tags can be added, not removed: "
        "make a new component for a smaller set of labels."
    )
    ROWS_ATTRS = (
        "WordEmbed was given {rows} numbers of rows for {attrs} attributes ({names}). Each "
        "attribute has a table of its own: give one number of rows for each."
    )
    NO_FEATURES = (
        "WordEmbed was given no attributes and no static vectors, so every word would look the "
        "same: list attributes such as NORM and SHAPE, or set include_static_vectors = true."
    )
    NO_VECTORS = (
        "include_static_vectors = true, but the vocab has no vectors (its table has shape "
        "{shape}). Set [initialize.vectors] in the config (--paths.vectors on the command line), "
        "or include_static_vectors = false."
    )
    NO_PATH = (
        "No path of tags is allowed through sequence {sequence} of the batch: the masks leave no "
        "tag at one of its tokens, or no tag that may follow. Free at least the tag O there."
    )
    LABEL_TYPE = "A label must be a non-empty string, was given {label!r} ({type})."
    TAG = (
        "'{tag}' is no BILUO tag of this component. Its labels are {labels}; a tag is O, or one "
        "of B- I- L- U- and a label."
    )
    NO_LABELS = (
        "Component '{name}' cannot be initialized without labels: the examples hold no entity, "
        "and no labels were passed. Check that the training data has doc.ents, or name the "
        "labels in [initialize.components.{name}.labels]."
    )
    NOT_INITIALIZED = (
        "Component '{name}' has no weights yet. Train it (spacy train, or nlp.initialize() and "
        "nlp.update()) or load a trained pipeline before it predicts."
    )
    WRONG_TAGS = (
        "The model of component '{name}' scores {nK} tags, but its {n_labels} labels have "
        "{expected} (O, and four for each label). Model and labels must come from the same "
        "training: load the component's 'cfg' along with its 'model'."
    )
    NOT_RESIZABLE = (
        "Component '{name}' cannot take the new label '{label}': its model has no "
        "'resize_output' attribute. Use spacy-lstm-ner.LSTMTagger.v1, or add labels before "
        "initialize()."
    )
    NOT_FINITE = (
        "The emissions of component '{name}' are not all finite numbers, so they rank no tags. "
        "Its training has diverged: lower the learning rate, or set max_grad_norm."
    )
    MAX_GRAD_NORM = (
        "max_grad_norm was given {value}, expected a number above 0 or null for no clipping."
    )
    OFFSETS = (
        "a span was given from {start} to {end} in a text of {length} characters, expected "
        "0 <= start < end <= {length}"
    )

    # Corpus reader, batcher, training logger
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
    SHARD = (
        "shard was given {shard} with num_shards {num_shards}, expected 0 <= shard and shard < "
        "num_shards: document i belongs to shard i % num_shards."
    )

    # Evaluation and plots
    NO_GOLD_ENTS = (
        "{path} was given as gold data, but none of its {n_docs} documents says anything about "
        "entities. Each token needs an annotation (entity or O): set doc.ents before the "
        "documents are saved."
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

    # Files of annotated text
    NOTHING_READ = (
        "{path} gave no document: it is empty, or nothing in it can be read as '{format}'. See "
        "the reports above for each line, and name the right format with --format."
    )
    NO_TAGS = (
        "None of the {total} tags in {path} can be read; the first one is {tag!r}. A tag is O, - "
        "(missing annotation), or one of B- I- L- U- E- S- and a label: name the right column "
        "with --tag-column."
    )
    COLUMN = (
        "Column {column} was asked of {path}, whose lines have {total} columns. Columns count "
        "from 1, and from -1 backwards from the last."
    )
    SCHEME = "Unknown tagging scheme '{scheme}'. Known schemes: {known}."
    N_SENTS = "n_sents was given {value}, expected a number of sentences >= 1."
    CSV_HEADER = (
        "The first line of {path} is {header!r}, expected the columns {expected}: it names the "
        "columns of the table."
    )
    PAIR = (
        "{path} was given as a pair of files, expected a folder with {sentences} and {labels}, "
        "or its {sentences}."
    )
    COMPRESSED = "{path} cannot be unpacked: {reason}. Check that it was copied whole."
    ZIP_MEMBERS = (
        "{path} holds {total} files ({names}), expected one: unpack it and give the file itself."
    )
    ENCODING_NAME = "Unknown encoding '{encoding}'. Examples: utf8, windows-1252, utf-16."
    NOT_DOCBIN = "{path} is no .spacy file, spaCy's binary format: {reason}."
    FILE_FORMAT = "Unknown format '{format}' for {direction}. Known formats: {known}."
    OUTPUT_FORMAT = (
        "No format is known for the ending of {path}. Known endings: {known}; or name one with "
        "--output-format."
    )
    FORMAT_OPTION = (
        "The option '{option}' was given for the format '{format}', which has no use for it; it "
        "belongs to {formats}. Leave it out, or name another --format."
    )
    SPLIT = (
        "The split was given {value!r}, expected three shares above 0 that add up to 1, such as "
        "0.7,0.15,0.15: the parts train, dev and test."
    )
    SPLIT_SMALL = (
        "{total} documents cannot be split {value}: the part '{part}' would be empty. Make more "
        "documents of the file, or give that part a greater share."
    )
    SEED_ALONE = "A seed was given without --split. It orders the documents before they are split."
    RECORD_TYPE = "a JSON {type} was given, expected an object"
    RECORD_TEXT = "'text' (or 'data') is {value!r}, expected a string"
    RECORD_SPANS = (
        "none of the keys {keys} was given, expected the list of entities under one of them "
        "(an empty list where there are none)"
    )
    RECORD_LABEL = "a label was given as {label!r}, expected a string that is not empty"
    RECORD_ANSWER = "'answer' is {value!r}, expected one of {known}"
    RECORD_TOKENS = "the given tokens make the text {given!r}, which differs from 'text'"

    # debug-data
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


class Warnings:
    UNKNOWN_GOLD = (
        "[{name}] {total} gold entities cannot be learned as they stand and count as missing "
        "annotation (their tokens may have any tag): {counts}. First ones: {shown}"
    )
    BOTH_CLIPS = (
        "[{name}] Gradients are clipped twice: max_grad_norm = {norm} over the component, and "
        "the optimizer's grad_clip = {clip} for each parameter alone, which changes the "
        "direction of the step. Set training.optimizer.grad_clip = 0."
    )

    # Corpus reader, batcher, training logger
    CORPUS_PROBLEMS = (
        "{total} things in the corpus '{path}' could not be taken over as they stand: tokens of "
        "spans that do not fit count as missing annotation, lines that cannot be read are left "
        "out. `spacy lstm-ner convert` lists them all. First ones: {shown}"
    )

    # Files of annotated text
    MISALIGNED = (
        "{label} does not fit the tokens {tokens!r}: its ends must be ends of tokens. They count "
        "as missing annotation"
    )
    OVERLAPPING = (
        "{label} overlaps with {other_label} {other!r}: a token has one entity at most. The "
        "longer one, then the earlier, is kept; tokens of this one alone count as missing"
    )
    SENTENCE_START = (
        "a sentence was given to start at character {start}, where no token starts: it is left out"
    )
    BAD_BYTES = (
        "byte {byte} of the line is no {encoding} ({reason}); it became U+FFFD. Name the file's "
        "encoding with --encoding"
    )
    RECORD = (
        "the record is left out: {reason}. Expected a JSON object with 'text' and 'spans', a list "
        "of objects with 'start', 'end' (characters, end exclusive) and 'label'; or Prodigy's or "
        "doccano's keys"
    )
    ANSWER = "the record is left out: its answer is '{answer}', only accepted ones are taken"
    N_COLUMNS = (
        "the line has {given} columns, delimited by {delimiter}, expected {expected}: it is left "
        "out"
    )
    NO_WORD = "the line names no word: it is left out"
    TAG_FORM = (
        "the tag {tag!r} is not O, - or one of B- I- L- U- E- S- and a label: the annotation of "
        "this token counts as missing"
    )
    TAG_LETTER = "{tag} is no tag of the scheme {scheme}, whose letters are {letters}: {done}"
    TAG_START = "{tag} continues nothing, as {scheme} demands: an entity starts here"
    TAG_END = (
        "the entity ends with {tag}, though {scheme} demands L- (E-) or U- (S-) at the end: it "
        "ends here"
    )
    TAG_BETWEEN = (
        "{tag} does not follow an entity of its label, as {scheme} demands: an entity starts here"
    )
    CUT_TABLE = (
        "the table has {rows} rows, the most that a spreadsheet holds, so its last sentence is "
        "cut off: it is left out"
    )
    PAIR_LENGTH = "{words} words and {tags} tags, expected as many: the sentence is left out"
    PAIR_ALONE = "the line has no partner in {other}: it is left out"
    NO_CELL = "token {token} of document {document} cannot stand in a column: it is left out"
    CELL_CHANGED = (
        "token {token} of document {document} holds a tab, a line break or outer spaces: it "
        "becomes {cell!r}"
    )
    LABEL_CHANGED = (
        "a label of document {document} holds a tab, a line break or outer spaces: it becomes "
        "{cell!r}"
    )
    CUT_ENTITY = (
        "an entity of document {document} goes on over the end of a sentence: it is cut in two"
    )
    EMPTY_DOC = "document {document} has no token that a column file can hold: it is left out"

    # debug-data
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
