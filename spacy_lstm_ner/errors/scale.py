"""Messages about work that is spread over processes and machines."""


class ScaleErrors:
    """What stops a run on Ray, or one of its rows."""

    NO_RAY = (
        "{feature} needs Ray, which cannot be imported ({reason}). Install it with "
        'pip install "spacy-lstm-ner[ray]".'
    )
    NO_SHARDS = (
        "{path} holds no file to tag. Expected a file or a folder of files that end with {known}."
    )
    SHARD_ENDING = (
        "{path} cannot be read as rows of text, expected the endings {known}. Move the file out of "
        "the input, or give it a name that begins with '_' or '.', which is passed by."
    )
    SAME_NAME = (
        "{first} and {second} would both be written to '{name}'. Rename one of the two, or put "
        "them in folders of their own."
    )
    NAME_OF_FOLDER = (
        "{first} would be written to '{name}', and {second} into a folder of that name. Rename one "
        "of the two."
    )
    OUTPUT_FORM = "The output format is {value!r}, expected one of {known}."
    WORKERS = (
        "{name} was given {value}, expected a number >= 1. For a cluster, name it always: only "
        "apply-ray without --address counts the CPUs by itself."
    )
    OUTPUT_IN_INPUT = (
        "The output {output} lies in the input {input}: its files would be taken for input when "
        "the run goes on. Name a folder beside it."
    )
    INPUT_IN_OUTPUT = (
        "{path}, which is to be tagged, lies in the output {output}: it might be written over. "
        "Name another folder."
    )
    OUTPUT_NOT_EMPTY = (
        "{output} is not empty, and its files are of no run of this command: they might be written "
        "over. Name an empty folder or a new one."
    )
    KEY_TAKEN = (
        "{option} is {key!r}, which is the name of another column of the output: one of the two "
        "would be lost. Give another name, for the text by renaming its column in the input."
    )
    LOCKED = (
        "Process {pid} on {host} works in this folder since {since}. Wait until it has ended, or "
        "stop it. If that machine is gone, remove {path} and give the command again."
    )
    CODE_FAILED = "The file {path} of --code cannot be imported: {type}: {reason}"
    NO_CONFIDENCE = (
        "--confidence was given, but {model} has no lstm_ner, which knows it; its components are "
        "{names}. Leave it out: 'confidence' is null then."
    )
    PLAN_DIFFERS = (
        "{output} holds the output of another run. What differs:\n{differences}\nGo on with the "
        "model and the options of that run, or name another folder."
    )
    PLAN_DAMAGED = (
        "{path} cannot be read: {reason}. It is the plan of the run in this folder; name another "
        "folder, and begin again."
    )
    PLAN_VERSION = (
        "{path} was written by another version of spacy-lstm-ner (plan {given}, expected "
        "{expected}). Go on with that version, or name another folder."
    )
    SHARD_CHANGED = (
        "{path} was changed or removed after some of its rows had been tagged ({done} of {total} "
        "pieces). Put it back, or name another output folder."
    )
    PIECE_OUTPUT = (
        "{path} cannot be written: {reason}. Finished pieces are whole. Make room or leave to "
        "write, then give the same command again: it goes on with the pieces that are missing."
    )
    SHARD_UNREADABLE = "{path} cannot be read on: {reason}"
    SHARD_CHANGES = (
        "it was changed since the run began: {before} bytes before, {now} now, or written to "
        "meanwhile. Give the command again when nothing writes to it"
    )
    GZIP_EMPTY = "it has 0 bytes, and even gzip of nothing has more: it was cut off"
    COLUMNS_TWICE = "it has several columns of one name ({names}), of which one would be lost"
    PIECE_FAILED = "{path} was not tagged to the end of this piece: {type}: {reason}"
    PIECE_KILLED = (
        "its worker died {tries} times at it. A document may need more memory than there is, or "
        "a component crashes: see the logs of Ray"
    )
    NO_RESULT = "Ray gave no result: see its logs"
    ACTORS_FAILED = (
        "The workers cannot start: {reason}. Each needs spacy-lstm-ner, the packages of the "
        "pipeline, one CPU, and the folder of the output under the same path."
    )
    ACTORS_LOST = (
        "Ray failed while it tagged: {reason}. Finished pieces are whole; the same command goes on "
        "with the others."
    )
    RAY_RUNS = (
        "The address {address!r} was given, but this program has a session of Ray already. Leave "
        "the address out to use that one, or call ray.shutdown() first."
    )
    CHECKPOINT_WORKERS = (
        "The checkpoint is of a run with {expected} workers, and {given} were given. Give as many, "
        "or begin a new run without --resume."
    )
    TRAIN_FAILED = (
        "Training failed on {where}: {reason}\nOnce that is mended, the same command with --resume "
        "goes on from the last checkpoint, if there is one."
    )
    WORKER_LOST = (
        "Another worker has ended or hangs; if it could, it has said why. To go on from the last "
        "checkpoint, give the same command with --resume."
    )
    FIRST_FAILED = "The first worker has failed: {reason}"
    NO_DOCUMENTS = (
        "There are {workers} workers, and number {rank} (from 0) has nothing to learn from: its "
        "part of the training corpus gives no batch. Take fewer workers, or correct the corpus, "
        "its limits or the batcher."
    )
    PIPELINES_DIFFER = (
        "Worker {rank} has another pipeline than the first one: its {name} are {given}, expected "
        "{expected}. Workers need the same config, code, corpora and packages."
    )
    TORCHRUN_OPTIONS = (
        "{options} cannot be given under torchrun, which starts the workers: give it "
        "--nproc-per-node, --nnodes and --max-restarts."
    )
    # Reasons why a row stands in the output of rejected rows.
    ROW_JSON = "the line is no JSON: {reason}"
    ROW_OBJECT = "the line is a JSON {type}, expected an object"
    ROW_TEXT = "'{key}' is {value}, expected a string"
    ROW_BYTES = "byte {byte} of the line is no UTF-8 ({reason})"
    ROW_VALUE = "'{key}' cannot be read: {reason}"
    ROW_SPANS_KEY = "the row has '{key}' already, the key of the entities: name another for them"
    ROW_LENGTH = "the text has {given} characters, the pipeline takes {limit} (nlp.max_length)"
    ROW_FAILED = "the pipeline failed on it: {type}: {reason}"
    ROW_DOCS = (
        "the pipeline gave {given} Docs back for it, expected 1; a component or its error handler "
        "leaves Docs out"
    )
