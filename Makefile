# Two commands matter: `make codegen` and `make test`.  `make help` lists them all.
# Everything runs in an environment of its own, .venv; another Python: make clean, then make test PYTHON=python3.12

PYTHON ?= python3
PYTEST_OPTIONS ?= --numprocesses auto --maxprocesses 4 --dist worksteal
SYMLOSS_OPTIONS ?=

ENV := .venv
BIN := $(ENV)/bin
TOOLKIT := $(ENV)/toolkit.stamp
TESTING := $(ENV)/testing.stamp
PACKAGES := numpy torch tf
BOOK := generated/latex/book.tex
# a file from each of the packages
TEX_FILES := microtype.sty titlesec.sty pplr8t.tfm
TEX_PACKAGES := latexmk texlive-latex-recommended texlive-fonts-recommended texlive-latex-extra

export PIP_DISABLE_PIP_VERSION_CHECK := 1
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# $(call need,command,what to do): stop with one line unless the command succeeds
need = @{ $(1); } >/dev/null 2>&1 || { echo "$(2)" >&2; exit 1; }

# $(call install,pip's arguments): one line where pip prints many, the rest in a log
define install
@mkdir -p build
@$(BIN)/python -m pip install --quiet $(1) >build/pip.log 2>&1 || { \
	missing=$$(sed -n 's/.*No matching distribution found for \([^ ]*\).*/\1/p' build/pip.log | head -n 1); \
	echo "no $${missing:-way to install the requirements} for $$($(BIN)/python --version) here:" \
		"if it is the network, run again; if the Python, make clean and choose another with PYTHON=... (build/pip.log)" >&2; \
	exit 1; }
endef

.PHONY: help codegen test check certify derivations benchmarks random clean

help: ## show this list
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/make \1	\2/p' Makefile | expand -t 20

codegen: $(TOOLKIT) generated/__init__.py ## derive every definition and write generated/
	@$(BIN)/symloss codegen $(SYMLOSS_OPTIONS)

test: $(TESTING) ## run every test, with PyTorch and TensorFlow
	@$(BIN)/pytest $(PYTEST_OPTIONS)

check: $(TESTING) build/types ## generated/ is fresh and certified; linter, formatter, types, order of imports
	@$(BIN)/symloss codegen --check $(SYMLOSS_OPTIONS) || \
		{ echo "generated/ is not what the definitions give: run make codegen and commit the result" >&2; exit 1; }
	@! grep -rIn "not certified" generated || \
		{ echo "these functions have no certificate: run make certify and commit the result" >&2; exit 1; }
	@$(BIN)/ruff check --quiet . || { echo "make the linter happy: $(BIN)/ruff check --fix ." >&2; exit 1; }
	@$(BIN)/ruff check --quiet --config line-length=100 generated
	@$(BIN)/ruff format --quiet --check . || { echo "lay the code out: $(BIN)/ruff format ." >&2; exit 1; }
	@$(BIN)/ruff format --quiet --check --config line-length=100 generated
	@$(BIN)/mypy --package symloss
	@$(BIN)/pytest --quiet tests/test_layers.py

certify: $(TESTING) ## measure the generated code, write generated/certificates.toml and the docstrings
	@$(BIN)/symloss codegen $(SYMLOSS_OPTIONS)
	@$(BIN)/symloss certify $(SYMLOSS_OPTIONS)
	@$(BIN)/symloss codegen $(SYMLOSS_OPTIONS)

derivations: $(TESTING) $(BOOK) ## compile the derivations into build/derivations.pdf
	$(call need,command -v latexmk && kpsewhich $(TEX_FILES),TeX is missing: apt install --no-install-recommends $(TEX_PACKAGES))
	@mkdir -p build/latex
	@BIBINPUTS=$(CURDIR)/defs: latexmk -cd -pdf -interaction=nonstopmode -halt-on-error -outdir=$(CURDIR)/build/latex $(BOOK) \
		>build/latex.log 2>&1 </dev/null || { grep -hA 4 '^!' build/latex.log >&2; \
		echo "the derivations do not compile: build/latex.log" >&2; exit 1; }
	@! grep -aE '^(Overfull|LaTeX Warning: .*undefined|Package symloss Warning)' build/latex/book.log >&2 || \
		{ echo "the derivations compile with the warnings above: build/latex/book.log" >&2; exit 1; }
	@$(BIN)/pytest --quiet tests/compile_latex.py
	@cp build/latex/book.pdf build/derivations.pdf
	@echo build/derivations.pdf

benchmarks: $(TESTING) ## measure the development half beside SymPy and PyTensor (a quarter of an hour)
	$(call install,--group benchmarks)
	@$(BIN)/python benchmarks/stabilise.py

random: $(TESTING) ## try ten thousand random formulas (hours; goes on from where it was stopped)
	@$(BIN)/python benchmarks/random_expressions.py --seed 7

clean: ## remove the environment, the caches and build/
	@rm -rf $(ENV) build .symloss-cache generated/.symloss .pytest_cache .ruff_cache .mypy_cache .hypothesis *.egg-info

$(ENV)/made.stamp:
	$(call need,command -v $(PYTHON),Python 3.11 or newer is missing: apt install python3 python3-venv)
	$(call need,$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))',Python 3.11 or newer is needed and $(PYTHON) is older: choose another with PYTHON=...)
	$(call need,$(PYTHON) -c 'import ensurepip; import venv',python3-venv is missing: apt install python3-venv)
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv $(ENV)
	$(call install,--upgrade 'pip>=25.1')
	@touch $@

$(TOOLKIT): pyproject.toml $(ENV)/made.stamp | generated/__init__.py
	@echo "installing the toolkit into $(ENV)"
	@mkdir -p $(addprefix generated/,$(PACKAGES))
	$(call install,--editable '.[codegen]')
	@touch $@

$(TESTING): $(TOOLKIT)
	@echo "installing PyTorch and TensorFlow into $(ENV): some minutes the first time"
	$(call install,--group test)
	@touch $@

# The toolkit lives in the package that it writes: without generated/ it could not even be imported.
generated/__init__.py:
	@mkdir -p generated
	@echo "# Generated by symloss: make codegen fills this in." > $@

$(BOOK):
	@echo "$@ is missing: run make codegen" >&2; exit 1

# mypy follows no import hooks, so it needs the packages to stand where their names say.
build/types: pyproject.toml $(wildcard generated/*)
	@rm -rf $@ && mkdir -p $@/symloss
	@ln -s $(foreach entry,$(wildcard generated/*),$(CURDIR)/$(entry)) $(CURDIR)/codegen $(CURDIR)/defs $@/symloss
