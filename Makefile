# make demo: a first script on a synthetic country; make test: every check. Needs Python 3.11, git and make.

PYTHON ?= python3
BIN := .venv/bin
PERSONS ?= 10000

.PHONY: demo test format lint types unit browser wheel bench fuzz attacks clean

.venv/pip:
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	touch $@

.venv/user: .venv/pip pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

.venv/developer: .venv/user pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[owner]' --group dev --group grammar
	touch $@

demo: .venv/user
	test -d demo/norway || $(BIN)/kohort databank make --persons $(PERSONS) --seed 1 demo/norway
	cat examples/first.mdscript
	$(BIN)/kohort run examples/first.mdscript --databank demo/norway

test: lint types unit wheel

lint: .venv/developer
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: .venv/developer
	$(BIN)/mypy
	$(BIN)/basedpyright

unit: .venv/developer
	$(BIN)/pytest --numprocesses 2

# The report in a real browser; `make unit` runs it too, and says so where there is no Chromium.
browser: .venv/developer
	$(BIN)/pytest -rs tests/test_report_browser.py

# The wheel alone, in an environment of its own, from another folder.
wheel: .venv/developer
	rm -rf build/wheel && mkdir -p build/wheel
	$(BIN)/python -m build --wheel --outdir build/wheel . > build/wheel/log
	$(PYTHON) -m venv build/wheel/venv
	build/wheel/venv/bin/python -m pip install --quiet --disable-pip-version-check build/wheel/*.whl
	ls build/wheel/venv/lib/python3*/site-packages | grep -i kohort
	cp examples/first.mdscript build/wheel
	cd build/wheel && venv/bin/kohort databank make --persons 3000 --seed 1 norway \
		&& venv/bin/kohort run first.mdscript --databank norway > first.txt && tail -n 12 first.txt
	$(BIN)/kohort archive build/wheel/first.mdscript -o build/wheel/first.zip --databank build/wheel/norway > build/wheel/log 2>&1
	cd / && LC_ALL=C TZ=Pacific/Kiritimati POLARS_MAX_THREADS=1 "$(CURDIR)/build/wheel/venv/bin/kohort" verify \
		"$(CURDIR)/build/wheel/first.zip" --databank "$(CURDIR)/build/wheel/norway"

format: .venv/developer
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

bench: .venv/developer
	$(BIN)/python benchmarks/run.py

# Random scripts on made-up people whose every value is known; SECONDS=1800 is half an hour.
SECONDS ?= 1800
fuzz: .venv/developer
	cd tests && ../$(BIN)/python fuzz.py $(SECONDS)

# Every attack at its large size (an hour and more), and the table of what came out.
attacks: .venv/developer
	mkdir -p build && rm -f build/rates
	KOHORT_ATTACKS=large KOHORT_RATES="$(CURDIR)/build/rates" $(BIN)/pytest -q tests/attacks
	cd tests && ../$(BIN)/python attack_table.py ../build/rates

clean:
	rm -rf build demo .venv
