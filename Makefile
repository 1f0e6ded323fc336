# Everything but these few lines is in bootstrap.py, which Windows' run.cmd and test.cmd call as well.
PYTHON ?= python3
PORT   ?= 8501
HOST   ?= localhost
CONFIG ?= config.toml

# --port 80 when somebody said PORT=80; the defaults above are those of `run`, `serve` has its own.
given = $(if $(filter command environment,$(word 1,$(origin $(1)))),--$(shell echo $(1) | tr A-Z a-z) "$($(1))")

VENV_PYTHON = .venv/bin/python
SYNC = $(PYTHON) bootstrap.py sync

.PHONY: run serve test prepare demo format lint fuzz bench-prepare bench-map bench-pages bench-list bench-phone rehearsal bench-scoring bench-load back-test bundle backup audit

run:      ## start the app on localhost, preparing the demo county on first use
	@$(PYTHON) bootstrap.py run --port $(PORT) --host "$(HOST)" --config "$(CONFIG)"

serve:    ## a server: REPLICAS processes behind nginx, production settings; HOST, PORT, CERTIFICATE, KEY (docs/OPERATIONS.md)
	@$(PYTHON) bootstrap.py serve --config "$(CONFIG)" $(foreach name,HOST PORT REPLICAS CERTIFICATE KEY,$(call given,$(name)))

test:     ## lint, format check, types, import contracts, all tests with a real browser
	@$(PYTHON) bootstrap.py test

prepare:  ## raw folder of CONFIG → a newly published data set
	@$(SYNC) --no-dev
	@$(VENV_PYTHON) prepare.py --config "$(CONFIG)"

demo:     ## write the demo county's raw files anew
	@$(SYNC)
	@$(VENV_PYTHON) -m demo --raw data/raw

format:   ## rewrite the code as `make test` wants it
	@$(SYNC)
	@$(VENV_PYTHON) -m ruff check --fix .
	@$(VENV_PYTHON) -m ruff format .

lint:     ## the checks of `make test` that need no data
	@$(SYNC)
	@$(VENV_PYTHON) -m ruff check .
	@$(VENV_PYTHON) -m ruff format --check .
	@$(VENV_PYTHON) -m mypy
	@.venv/bin/lint-imports

fuzz:     ## the property tests alone, with new examples every time and many more of them
	@$(SYNC)
	@HYPOTHESIS_PROFILE=fuzz $(VENV_PYTHON) -m pytest -m hypothesis -p no:cacheprovider

bench-prepare: ## 1,080 township workbooks: full run, nothing changed, one changed, plain pandas
	@$(SYNC)
	@$(VENV_PYTHON) -m benchmarks.bench_prepare

bench-map: ## the village map in Chromium beside an empty page, a bare rerun, st_folium as usually written, Vizro
	@$(SYNC)
	@$(VENV_PYTHON) -m benchmarks.bench_map

bench-pages: ## the server's time for every page and part, warm, at a county's size and at 20 times that
	@$(SYNC)
	@$(VENV_PYTHON) -m benchmarks.bench_pages

bench-list: ## how smoothly 5,000 problems scroll in Chromium
	@$(SYNC)
	@$(VENV_PYTHON) -m benchmarks.bench_list

bench-phone: ## how soon a telephone on a slow link shows the first figures, beside an empty page
	@$(SYNC)
	@$(VENV_PYTHON) -m benchmarks.bench_phone

bench-scoring: ## 60 telephones score at once and the server is killed half-way: what was thanked for is there
	@$(SYNC)
	@$(VENV_PYTHON) -m benchmarks.scoring

bench-load: ## 20, 50 and 100 readers at once, one process per core behind nginx; a thousand tabs opened and shut
	@$(SYNC)
	@$(VENV_PYTHON) -m benchmarks.load

rehearsal: ## a whole meeting and tour in a real browser: the pictures of docs/MEETING.md anew
	@$(SYNC)
	@$(VENV_PYTHON) -m tests.browser.rehearsal

back-test: ## how good the forecast of closing is on CONFIG's past: the table of docs/METRICS.md, printed
	@$(SYNC)
	@$(VENV_PYTHON) -m benchmarks.back_test --config "$(CONFIG)"

bundle:   ## archives in dist/ for machines without any network: Linux and Windows, PYTHONS="3.11 3.12 3.13"
	@$(SYNC)
	@$(VENV_PYTHON) -m commands.bundling $(if $(PYTHONS),--pythons $(PYTHONS)) $(if $(SYSTEMS),--systems $(SYSTEMS))

backup:   ## data, records, config and audit log as one file in TO, checked (docs/OPERATIONS.md)
	@$(SYNC) --no-dev
	@$(VENV_PYTHON) -m commands.backup --config "$(CONFIG)" --to "$(or $(TO),$(error TO=文件夹,例如 make backup TO=/mnt/backup))"

audit:    ## known holes of the locked packages, asked of the internet: for a machine that has it (SECURITY.md)
	@$(SYNC)
	@$(VENV_PYTHON) -m commands.auditing
