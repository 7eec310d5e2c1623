"""Messages about files of annotated text: reading, writing, converting."""


class FileErrors:
    """What stops a file from being read or written."""

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
    RECORD_LABELS = "'annotated_labels' is {value!r}, expected a list of labels"
    RECORD_ANSWER = "'answer' is {value!r}, expected one of {known}"
    RECORD_TOKENS = "the given tokens make the text {given!r}, which differs from 'text'"
    UNLABELLED_FORMAT = (
        "{path} is of the format '{format}', expected texts: JSON lines (.jsonl), a .spacy file, "
        "or plain text with a text a line (.txt). Convert it with `spacy lstm-ner convert` first."
    )
    NO_TEXT = (
        "{path} holds no text: it is empty, or nothing in it can be read as '{format}'. JSON lines "
        "need a string that is not blank under 'text' (or 'data') in each object."
    )
    CONFIG_EXISTS = "{path} is there already. Overwrite it with --force, or name another file."
    CONFIG_WRITE = (
        "The config cannot be written to {path}: {reason}. Name a file in a folder that can be "
        "written to."
    )
    OPTIMIZE_NOISY = (
        "--noisy was given with --optimize {value}, expected one of the two: there is one config "
        "for noisy text. Leave one out."
    )
    VECTORS_FOLDER = (
        "{path} is no folder or package of a pipeline with static vectors: {reason}. Make one of a "
        "file of vectors with `spacy init vectors LANG FILE FOLDER`."
    )
    VECTORS_VARIABLE = (
        "{name} has '${{' in its name, which begins a variable wherever it stands in a config. "
        "Give the folder another name."
    )
    VECTORS_LANG = (
        "--lang {given} was given with {name}, which is of the language {lang}. The vectors must "
        "be of the pipeline's language: leave --lang out to take theirs, or make the folder with "
        "`spacy init vectors {given} FILE FOLDER`."
    )


class FileWarnings:
    """What is reported, line by line, and repaired or left out."""

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
    NO_LABEL_SET = (
        "document {document} is annotated for some labels only ({labels}), which has no place in "
        "such a file: its other tokens become O for all labels. Write .spacy or .jsonl instead"
    )
    CUT_ENTITY = (
        "an entity of document {document} goes on over the end of a sentence: it is cut in two"
    )
    EMPTY_DOC = "document {document} has no token that a column file can hold: it is left out"
    UNLABELLED = (
        "the line is left out: {reason}. Expected a JSON object with a 'text' (or 'data') that is "
        "not blank"
    )
    VECTORS_FEW = (
        "{name} has {rows:,} vectors, fewer than {limit:,}. Words that such a table lacks are "
        "better known by their letters, so the config is '{config}', with the vectors beside its "
        "tables of words and n-grams (include_static_vectors = true), and not '{config}_vectors', "
        "which has the vectors in their place."
    )
    VECTORS_FLORET = (
        "{name} is a floret table, which no word has a row of its own in, so no vectors are "
        "trained on, trained_words = 0, and none are guessed from spelling, ngrams = null."
    )
