.DEFAULT_GOAL := help
.PHONY: help check test bench growth flat roads roundtrip server chaos fuzz minimal audit screenshots keys errors man lock build

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

check: ## lint, types, import contracts
	ruff check .
	ruff format --check .
	mypy
	lint-imports

test: ## all tests
	python -m pytest

bench: ## what a transfer costs beside other tools, into the tables
	python -m tests.bench --keep --minutes 12

flat: ## whether memory and spool keep to their bounds from 200 MB to 4 GB
	python -m tests.bench.flat

roads: ## what each road costs and proves, into docs/roads.md
	python -m tests.bench.roads --keep

roundtrip: ## 35,000 files downloaded and uploaded again: all the same, at what memory
	python -m tests.bench.round_trip

server: ## what the practice server itself can do
	python tests/bench/serve.py
	python tests/bench/receive.py

growth: ## what a session more costs, and what a long journal costs to read, into docs/growth.md
	python -m tests.bench.growth --keep

chaos: ## 2,000 seeds of faults and dying workers, 200 of which are among the tests
	python -m tests.contract.chaos --seeds 2000

fuzz: ## a hundred times as many spoilt inputs as the tests try; how many, into docs/security.md
	nice -n 19 python -m tests.fuzz --keep

minimal: ## the street with the oldest versions that are allowed
	.ci/minimal

audit: ## known vulnerabilities of what requirements.lock pins
	.ci/audit

screenshots: ## the pictures of the README, from the practice server
	python screenshots/make.py

keys: ## the page of keys, from their table
	python -m xnat_ferry_tui.keyboard.key_table > docs/keys.md

errors: ## the page of errors, from their tree
	python -m xnat_ferry.cli.pages.error_table > docs/errors.md

man: ## the manual page, from the commands
	python -m xnat_ferry.cli.pages.man_page > docs/xnat-ferry.1

lock: ## pin what CI uses, from a fresh environment
	.ci/lock

build: ## the wheel and the source archive
	python -m build
