# Thin: everything is done by tools/bootstrap.py, which needs nothing but Python 3.11 or newer.

PORT ?= 8000
ARGS ?=
STORE ?= sqlite
PYTHON ?= $(shell command -v python3 || command -v python3.14 || command -v python3.13 || command -v python3.12 || command -v python3.11)

.DEFAULT_GOAL := help
.PHONY: help run test check bench setup messages lock

help:            ## Show this list
	@sed -n 's/^\([a-z]*\): *## */  make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

run:             ## Prepare everything that is missing, then serve the demo province (PORT=8000)
	@$(door) run --port '$(PORT)'

test:            ## Run the tests (ARGS="tests/places -k import"; STORE=postgresql on a server of their own)
	@$(door) test --store '$(STORE)' $(ARGS)

check:           ## Lint, types, layers, templates, translations
	@$(door) check

bench:           ## Measure speed and memory, and compare with the targets
	@$(door) bench $(ARGS)

setup:           ## Install and build everything, start nothing
	@$(door) setup

messages:        ## Collect the texts to translate and renew the catalogues
	@$(door) messages

lock:            ## Renew the locked requirements from requirements/*.in
	@$(door) lock

ifeq ($(strip $(PYTHON)),)
door = echo 'There is no Python here. Diguan needs Python 3.11 or newer: install it (Debian, Ubuntu: apt install python3 python3-venv) and run this again.' >&2; exit 1;
else
door = '$(PYTHON)' tools/bootstrap.py
endif
