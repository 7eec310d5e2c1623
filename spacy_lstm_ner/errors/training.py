"""Messages about training runs that are stopped and go on."""


class TrainingErrors:
    """What stops a training run from being saved or from going on."""

    OUTPUT_WRITE = (
        "{path} cannot be written: {reason}. What stood there before is still whole. Make room or "
        "leave to write, then go on with --resume."
    )
    RESUME_OUTPUT = "--resume was given without --output, which names the folder of the run."
    CHECKPOINT_DAMAGED = (
        "{path} is damaged: {reason}. Nothing was loaded from it. Put a whole copy in its place, "
        "or begin again without --resume."
    )
    CHECKPOINT_VERSION = (
        "{path} is of version {given}, expected {expected}: another version of spacy-lstm-ner "
        "wrote it. Go on with that version, or begin again without --resume."
    )
    RUN_DIFFERS = (
        "The checkpoint in {path} is of another run. What differs:\n{differences}\nGo on with the "
        "settings and the data of that run, or begin a new one without --resume."
    )
    WEIGHTS_DIFFER = (
        "The checkpoint in {path} does not fit the pipeline that the config makes: {difference}. "
        "Code or data outside the config must have changed. Put it back, or begin a new run "
        "without --resume."
    )
    DATA_DIFFER = (
        "The training corpus gives other documents than before: {given} words in the first {steps} "
        "batches, expected {expected}. Put the data back and let readers give the same at each "
        "start, or begin a new run without --resume."
    )
    NOT_STORABLE = (
        "The weights of '{name}' cannot go into a checkpoint: a layer of type {type} holds them, "
        "expected layers of thinc or torch. Use `spacy train` for this pipeline."
    )

    REHEARSAL_NAMES = (
        "Rehearsal.update got {argument} with {names}, expected names of components that are in "
        "the pipeline and not disabled, in a list or as keys: {known}. Correct the names."
    )
    REHEARSAL_WEIGHT = (
        "Component '{name}' was to rehearse with weight = {weight}, expected a number of 0 or "
        "above: a factor on what rehearsal says. Leave it at 1, or choose less to leave the new "
        "more room."
    )


class TrainingWarnings:
    """What is said about a run that goes on."""

    STEP_FAILED = (
        "A step of training failed, and the run ends here: {error!r}. model-last gets the weights "
        "of the step before; model-best stays the best so far."
    )
    OTHER_VERSIONS = (
        "The run goes on with other versions: {versions}. It may not end with the same bytes."
    )
    NO_BEST_MODEL = (
        "{path} is missing, though the best score so far, {score}, was saved there. It comes back "
        "only if a later score is as good."
    )
