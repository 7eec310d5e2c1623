"""Commands under `spacy lstm-ner`. spaCy imports this module through the entry point
`spacy_cli` and nothing else does, so its own command line is the only one that pays."""

import typer
from spacy.cli._util import app as spacy_app

from .apply_ray import apply_ray_cli
from .calibrate import calibrate_cli
from .compare import compare_cli
from .convert import convert_cli
from .debug_data import SETTINGS, debug_data_cli
from .errors import errors_cli
from .evaluate import evaluate_cli
from .gates import gates_cli
from .gradient_flow import OVERRIDES, gradient_flow_cli
from .init_config import init_config_cli
from .plot import plot_cli
from .suggest import suggest_cli
from .thresholds import thresholds_cli
from .train import SETTINGS as TRAIN_SETTINGS
from .train import train_cli
from .train_ray import train_ray_cli

app = typer.Typer(
    name="lstm-ner",
    help="Commands of spacy-lstm-ner, the LSTM-CRF entity recognizer.",
    no_args_is_help=True,
)
app.command("init-config")(init_config_cli)
app.command("convert")(convert_cli)
app.command("train", context_settings=TRAIN_SETTINGS)(train_cli)
app.command("evaluate")(evaluate_cli)
app.command("compare")(compare_cli)
app.command("errors")(errors_cli)
app.command("plot")(plot_cli)
app.command("gates")(gates_cli)
app.command("suggest")(suggest_cli)
app.command("calibrate")(calibrate_cli)
app.command("thresholds")(thresholds_cli)
app.command("gradient-flow", context_settings=OVERRIDES)(gradient_flow_cli)
app.command("train-ray", context_settings=TRAIN_SETTINGS)(train_ray_cli)
app.command("apply-ray")(apply_ray_cli)
app.command("debug-data", context_settings=SETTINGS)(debug_data_cli)


@app.callback()
def lstm_ner() -> None:
    """Commands of spacy-lstm-ner, the LSTM-CRF entity recognizer."""


spacy_app.add_typer(app)
