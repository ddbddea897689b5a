.DEFAULT_GOAL := help
.PHONY: help check test bench screenshots lock build

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

check: ## lint, types, import contracts
	ruff check .
	ruff format --check .
	mypy
	lint-imports

test: ## all tests
	python -m pytest

bench: ## what a transfer costs, and what the practice server itself can do
	python tests/bench/carry.py
	python tests/bench/serve.py
	python tests/bench/receive.py

screenshots: ## the pictures of the README, from the practice server
	python screenshots/make.py

lock: ## pin what CI uses, from a fresh environment
	.ci/lock

build: ## the wheel and the source archive
	python -m build
