.DEFAULT_GOAL := help
.PHONY: help check test bench chaos screenshots keys lock build

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

check: ## lint, types, import contracts
	ruff check .
	ruff format --check .
	mypy
	lint-imports

test: ## all tests
	python -m pytest

bench: ## what a transfer costs beside other tools, and what the practice server itself can do
	python -m tests.bench --keep
	python tests/bench/serve.py
	python tests/bench/receive.py

chaos: ## 2,000 seeds of faults and dying workers, 200 of which are among the tests
	python -m tests.contract.chaos --seeds 2000

screenshots: ## the pictures of the README, from the practice server
	python screenshots/make.py

keys: ## the page of keys, from their table
	python -m xnat_ferry_tui.key_table > docs/keys.md

lock: ## pin what CI uses, from a fresh environment
	.ci/lock

build: ## the wheel and the source archive
	python -m build
