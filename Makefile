# make run    train on the corpus that comes with the project, print its test scores
# make test   run the tests
# make fast-test  those that take no more than a few seconds
# make check  formatting, lint and types
# make fuzz   10,000 odd documents, 10,000 damaged model files (ten minutes)
# make guard  fail if a kernel has become slow (a minute)
# make pythons  the fast tests under every Python of 3.10-3.13 that is installed
# make lab    the figures and numbers of docs/lab (a few minutes, with the model of make run)
# make bench-quick, make bench   speed beside spaCy's own ner (3 and 25 minutes)
# make clean  remove what was installed, trained and built
# make help   this text
# Needs Python 3.10-3.13 and nothing else; everything is installed to .venv.

PYTHON ?= python3
PYTHONS ?= python3.10 python3.11 python3.12 python3.13
VENV ?= .venv
BIN := $(VENV)/bin
# Two test files at a time, in the order in which they are collected.
WORKERS := -n 2 --dist loadfile --no-loadscope-reorder
# The recognizer is fastest on one thread, and other work on the machine cannot slow it down then.
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1

.PHONY: run help test fast-test pythons check fuzz guard lab bench-quick bench clean

run: $(VENV)/run
	$(BIN)/python -m spacy project run all
	@$(BIN)/python -m spacy lstm-ner evaluate training/almanac/model-best corpus/almanac/test.spacy
	@echo "Scores:   metrics/almanac/metrics.json; gold against predicted: metrics/almanac/test.html"
	@echo "Package:  packages/en_lstm_ner_almanac-0.1.0/dist"
	@echo "The model lies in training/almanac/model-best. Use it:"
	@echo "    $(BIN)/python -c \"import spacy; nlp = spacy.load('training/almanac/model-best');" \
	     "print(nlp('Ada Byron moved to Turin in May 1841.').ents)\""

help:
	@sed -n -e '/^#/!q' -e 's/^# //p' Makefile

test: $(VENV)/test
	$(BIN)/python -m pytest $(WORKERS) --slow --cov --cov-report=term

fast-test: $(VENV)/test
	$(BIN)/python -m pytest $(WORKERS) -q

# Each has an environment of its own, build/python3.10 and so on.
pythons:
	@found=; for python in $(PYTHONS); do \
	    version=$$($$python -c "import sys; print('python%d.%d' % sys.version_info[:2])" \
	        2> /dev/null) || { echo "$$python: not installed, or it does not start"; continue; }; \
	    found=1; echo "$$version"; \
	    $(MAKE) --no-print-directory fast-test PYTHON=$$python VENV=build/$$version || exit 1; \
	done; \
	if [ -z "$$found" ]; then echo "None of these Pythons starts: $(PYTHONS)"; exit 1; fi

check: $(VENV)/test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

fuzz: $(VENV)/test
	$(BIN)/python -W error -m tests.fuzz

guard: $(VENV)/run
	$(BIN)/python -m benchmarks.speed.guard

lab: $(VENV)/run
	$(BIN)/python -m spacy project run convert
	$(BIN)/python -m spacy project run train
	$(BIN)/python docs/lab/remember.py --output docs/lab/figures
	$(BIN)/python -m spacy lstm-ner gradient-flow configs/efficiency.cfg \
	    corpus/almanac/train.spacy --output docs/lab/figures
	$(BIN)/python -m spacy lstm-ner gates training/almanac/model-best \
	    "When Jordan Lindqvist was posted to Jordan, her friends ran out of jokes." \
	    --units 16 --output docs/lab/figures
	$(BIN)/python -m spacy lstm-ner compare corpus/almanac/test.spacy training/almanac/model-best \
	    --train corpus/almanac/train.spacy

bench-quick: $(VENV)/run
	$(BIN)/python -m benchmarks.speed --quick

bench: $(VENV)/run
	$(BIN)/python -m benchmarks.speed --full

$(VENV)/run: requirements.txt setup.cfg pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --requirement requirements.txt
	$(BIN)/pip install --quiet --editable .
	@touch $@

$(VENV)/test: $(VENV)/run requirements-dev.txt
	$(BIN)/pip install --quiet --requirement requirements-dev.txt
	@touch $@

clean:
	rm -rf $(VENV) training metrics packages corpus/*/ project.lock build dist *.egg-info
