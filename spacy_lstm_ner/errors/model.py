"""Messages of layers, models and the component."""


class ModelErrors:
    """What stops a model from being made, trained or run."""

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
    UNKNOWN_RECURRENT_INIT = (
        "Unknown recurrent_init '{given}'. Known: {known}, or null for the cell's own."
    )
    NO_FORGET_GATE = (
        "forget_bias was given {given}, and the cell '{cell}' has no forget gate. Leave the option "
        "out, or use the cell 'lstm'."
    )
    UNKNOWN_DIRECTION = "Unknown direction '{direction}', expected 'l2r' or 'r2l'."
    UNKNOWN_KERNEL = "Unknown kernel '{kernel}' for the cell '{cell}'. Known kernels: {known}."
    NO_ONEDNN = (
        "kernel = '{kernel}' needs torch with oneDNN, and here torch is missing, built without "
        "it, or has it switched off (torch.backends.mkldnn.enabled = False). Use kernel = 'auto' "
        "or 'numpy': both give the same result."
    )
    NO_BFLOAT16 = (
        "kernel = '{kernel}' needs a processor that oneDNN supports bfloat16 on, and this one is "
        "none. Use kernel = 'auto', 'torch' or 'numpy'."
    )
    NOT_TRAINING = (
        "A gradient was handed to the layer '{layer}' after a prediction, which keeps nothing to "
        "go back by. Run the forward pass with is_train = True (model.begin_update)."
    )
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
    UNKNOWN_ATTR = (
        "An embedding was given the attribute {attr!r}, expected a token attribute by spaCy's "
        "name, such as NORM, PREFIX, SUFFIX or SHAPE."
    )
    NO_FEATURES = (
        "WordEmbed was given no attributes, no static vectors and no characters, so every word "
        "would look the same: list attributes such as NORM and SHAPE, set include_static_vectors "
        "= true, or add blocks under vectors (StaticVectors), as chars (CharLSTM, CharCNN) or as "
        "ngrams (CharNgrams, VectorNgrams)."
    )
    NO_BLOCK = (
        "WordEmbed was given {name} = {value!r}, expected models of words: StaticVectors under "
        "names of your choice in vectors, CharLSTM or CharCNN as chars, CharNgrams or VectorNgrams "
        "as ngrams. In a config, each is a block that begins with @architectures."
    )
    NO_TRAINING_WORDS = (
        "{layer} cannot be initialized: it gives words of the training text a row each and has not "
        "been shown that text. lstm_ner shows it to the layers of its own model, so name the "
        "embedding as the tok2vec of an LSTMTagger, not in a shared tok2vec component (there, set "
        "trained_words = 0); in code, call attrs['read_training_docs'](layer, docs) of the layer "
        "that has it before initialize()."
    )
    NO_VECTORS = (
        "Static vectors were asked for (include_static_vectors = true, StaticVectors or "
        "VectorNgrams), but {where} has no vectors. Set [initialize.vectors] in the config "
        "(--paths.vectors on the command line), name a table by its path in StaticVectors, or do "
        "without."
    )
    NO_TABLE = (
        "StaticVectors was given path = '{path}', but {folder} has no {missing}. Expected a "
        "folder that `spacy init vectors` wrote, or its 'vocab' folder. Tables are not stored "
        "with a model: where one has moved, name its place on loading, spacy.load(model, config="
        "{{'SECTION.path': '/where/it/is'}}), SECTION being that of this StaticVectors in the "
        "model's config.cfg."
    )
    DAMAGED_TABLE = (
        "StaticVectors was given path = '{path}', but {file} cannot be read: {reason}. Expected "
        "what `spacy init vectors` writes: 'vectors', an array of rows as wide as each other, and "
        "'key2row', which of these rows each word has, counted from 0. Copy both again from where "
        "they are whole, or make the table again."
    )
    FLORET_TABLE = (
        "StaticVectors was given path = '{path}', a floret table. Only the vocab can hold floret "
        "vectors: set [initialize.vectors] to it and path = null."
    )
    SAME_TABLE = (
        "WordEmbed was given the static vectors {where} twice, by {a} and by {b}. Each table is "
        "read once: give one of the two the path of another table, or leave it out."
    )
    TRAINED_FLORET = (
        "trained_words was given with floret vectors, which no word has a row of its own in. Set "
        "trained_words = 0."
    )
    FITTED_FLORET = (
        "VectorNgrams was given floret vectors, which are sums over n-grams themselves. Leave it "
        "out (ngrams = null): StaticVectors has a vector for every word then."
    )
    NO_SPELLED_WORDS = (
        "VectorNgrams found no word with a letter among the {n_keys} keys of the vocab's vectors. "
        "It reads the words' texts in vocab.strings, where `spacy init vectors` puts them: add "
        "those of vectors that you set by code (vocab.strings.add)."
    )
    VECTORS_NOT_FINITE = (
        "VectorNgrams was given a table of vectors with numbers that are infinite or NaN, which no "
        "vectors of n-grams can be fitted to. Make the table anew without them (`spacy init "
        "vectors`), or leave VectorNgrams out (ngrams = null)."
    )
    VECTORS_WIDTH = (
        "The static vectors of {where} are {given} wide; the model was trained with vectors "
        "{expected} wide. Load it with the table that it was trained with."
    )
    VECTORS_ROWS = (
        "The table of static vectors at '{path}' has {given} rows; the model was trained with one "
        "of {expected}. Load it with the table that it was trained with."
    )
    VECTORS_OTHER = (
        "The table of static vectors at '{path}' has other words or other vectors than the one of "
        "training. Load the model with the table that it was trained with."
    )
    NO_PATH = (
        "No path of tags is allowed through sequence {sequence} of the batch: the masks leave no "
        "tag at one of its tokens, or no tag that may follow. Free at least the tag O there."
    )
    LIKELY_SPANS = (
        "Likely spans were asked for with min_probability {min_probability} and max_width "
        "{max_width}, expected 0 <= min_probability <= 1 and max_width >= 1 or null for no limit. "
        "With min_probability 0 there is no end of spans: give a max_width then."
    )
    K_BEST = "k_best was given k = {k!r}, expected how many paths to find: a whole number >= 1."
    NO_SUCH_SPAN = (
        "A span was given from token {start} to {end} with label number {label} in sequence "
        "{sequence} of the batch, expected 0 <= start < end <= the sequence's length, and numbers "
        "of a label and a sequence that exist ({n_labels} labels, {n_sequences} sequences)."
    )
    LABEL_TYPE = "A label must be a non-empty string, was given {label!r} ({type})."
    TAG = (
        "'{tag}' is no {scheme} tag of this component. Its labels are {labels}; a tag is O, or one "
        "of {prefixes} and a label."
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
        "{expected} (O, and {each} for each label). Model and labels must come from the same "
        "training: load the component's 'cfg' along with its 'model'."
    )
    NOT_RESIZABLE = (
        "Component '{name}' cannot take the new label '{label}': its model has no "
        "'resize_output' attribute. Use spacy-lstm-ner.LSTMTagger.v1, or add labels before "
        "initialize()."
    )
    NOT_FINITE = (
        "The scores of component '{name}' are not all finite numbers, so they rank no tags. Its "
        "training has diverged (lower the learning rate, or set max_grad_norm), or its input has "
        "such numbers: static vectors, or vectors of another component."
    )
    NOT_FINITE_BATCH = (
        "The training of component '{name}' stops at a batch of {n_docs} documents, for which "
        "scores or loss are not finite numbers."
    )
    CAUSE_WEIGHTS = (
        "Weights are not finite either (layers {layers}), so an earlier step broke them: lower the "
        "learning rate, or set max_grad_norm."
    )
    CAUSE_INPUT = (
        "All weights are finite, so it is the input: look for huge or missing numbers in the "
        "static vectors, or in what another component gives."
    )
    BATCH_SAVED = "To reproduce it, the gold documents of the batch are saved as {path}."
    BATCH_NOT_SAVED = "The batch could not be saved to reproduce it: {reason}."
    NO_TENSOR = (
        "Component '{name}' listens to a shared tok2vec and was to rehearse on a text without "
        "vectors ({text!r}): doc.tensor is empty. Use spacy_lstm_ner.training.rehearse.Rehearsal, "
        "which rehearses the tok2vec as well, or give Docs that nlp() has made. With Rehearsal, "
        "a tok2vec that is excluded has to be among `annotates`."
    )
    NO_EXAMPLES = (
        "Component '{name}' cannot be initialized: there is not one example. Check that the "
        "training corpus holds documents, and that the reader's limits leave some."
    )
    MAX_GRAD_NORM = (
        "max_grad_norm was given {value}, expected a number above 0 or null for no clipping."
    )
    LABELS_LOST = (
        "doc.spans['{key}'] has no attribute 'labels', so the labels that this document is "
        "annotated for are lost (text: {text!r}). Code that copies span groups, such as an "
        "augmenter of spaCy, has dropped the attributes: set the labels again with "
        "set_annotated_labels(doc, labels), or leave that step out."
    )
    TRACE_COMPONENT = (
        "The pipeline has no component '{name}' to look inside; its components are {names}. Name "
        "one of them."
    )
    TRACE_EMPTY = (
        "A text without tokens was given to look at, expected at least one: recurrent layers do "
        "nothing on it."
    )
    NO_RECURRENT_LAYER = (
        "Component '{name}' has no recurrent layer over tokens (depth = 0?), and listens to none, "
        "so there are no gates to look at. Give a model with depth >= 1 or an LSTMEncoder."
    )
    NO_SUCH_LAYER = "--layer was given {level}, expected a layer from 1 to {highest}."
    OFFSETS = (
        "a span was given from {start} to {end} in a text of {length} characters, expected "
        "0 <= start < end <= {length}"
    )
    FLOW_OF_MODEL = (
        "{given} was given with a trained pipeline, which is measured as it is; settings are for "
        "training configs. Leave it out, or give the config that the pipeline was trained with."
    )
    FLOW_NO_TOKENS = (
        "The flow of gradients was to be measured on texts without any token. Give texts with "
        "annotated entities."
    )
    FLOW_NO_LAYER = (
        "The model has no recurrent layer of its own that reads tokens, so no gradient flows "
        "through time. Give it a depth of at least 1; a recurrent tok2vec that it listens to is "
        "not its own."
    )
    FLOW_MODEL = (
        "The component's model is {given}, expected {known}, whose cells can be compared. To "
        "measure another model as it is, give a trained pipeline instead of a config."
    )


class ModelWarnings:
    """What a user should know about a training."""

    BATCH_FAILED = (
        "[{name}] A batch of {n} Docs failed, and each of them was annotated alone, which takes "
        "longer: {error}. If memory ran out, give nlp.pipe a smaller batch_size."
    )
    UNKNOWN_GOLD = (
        "[{name}] {total} gold entities cannot be learned as they stand and count as missing "
        "annotation (their tokens may have any tag): {counts}. First ones: {shown}"
    )
    UNDECLARED = (
        "[{name}] {total} gold entities have a label that their document is not annotated for. "
        "They are learned as they stand; other tokens of such a document may still have the "
        "label: {counts}. Add the label to the document's annotated labels if all its entities "
        "are marked, or remove the entities. First ones: {shown}"
    )
    NEGATIVES = (
        "[{name}] {total} spans of doc.spans['{key}'] (incorrect_spans_key) teach nothing: "
        "{counts}. A negative span must align with the tokens, have a label of the component, and "
        "not be an entity of the annotation at the same time. First ones: {shown}"
    )
    UNKNOWN_KEYS = (
        "VectorNgrams leaves out {n:,} of the {n_keys:,} keys of the vocab's vectors, since "
        "vocab.strings has no text for them. `spacy init vectors` puts it there; add that of "
        "vectors that you set by code (vocab.strings.add), or the guesses are about few words."
    )
    BOTH_CLIPS = (
        "[{name}] Gradients are clipped twice: max_grad_norm = {norm} over the component, and "
        "the optimizer's grad_clip = {clip} for each parameter alone, which changes the "
        "direction of the step. Set training.optimizer.grad_clip = 0."
    )
    CUT_TEXT = (
        "The text has {total} tokens, and the figures show the first {shown}; change that with "
        "--tokens. The tables are about all of them."
    )
    NO_KEEPING_GATE = (
        "The cell '{cell}' has no gate that keeps or forgets, so its units have no half-life; "
        "figures show those with the largest states first. How far it reaches back is measured on "
        "its gradients."
    )
