#!/usr/bin/env bash
# All checks and measurements on this machine's GPU, in one go:
#
#   tests/gpu/run.sh [OUT] [options of `python -m tests.gpu.measure`]
#
# OUT is docs/measurements/<gpu>-<date> if not given. What is missing here (a library, a
# configuration, the GPU itself) is told in the table and stops nothing. The exit status is that
# of the tests.
#
#   PYTHON           the interpreter (python3)
#   SIDEMAN_CONFIGS  folder of the full models' cd.yaml and ldm.yaml
#   SIDEMAN_BUNDLES  folder of their bundles, made if absent (cd, ldm, cd-fp16 …)
#   SIDEMAN_ENGINES  folder of their engines, built if absent; kept, so that a second run begins
#                    with what a first one built
#   TESTS_SECONDS    limit of the tests (120)
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
python=${PYTHON:-python3}
gpu=$(nvidia-smi --query-gpu=name --format=csv,noheader 2>/dev/null | head -n 1)
name=$(tr -cs 'A-Za-z0-9\n' '-' <<<"${gpu:-no-gpu}")
if [[ $# -gt 0 && $1 != -* ]]; then
    out=$1
    shift
else
    out=docs/measurements/$name-$(date -u +%Y-%m-%d)
fi
mkdir -p "$out" || exit 2
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

if ! "$python" -c 'import sideman.engine' 2>/dev/null; then
    # From a checkout that is not installed: install it beside, without its requirements.
    if ! "$python" -m pip install --quiet --no-deps --no-build-isolation --no-index \
        --target "$work/site" . >"$out/install.txt" 2>&1; then
        echo "sideman is not installed and cannot be: see $out/install.txt" >&2
        exit 2
    fi
    rm -f "$out/install.txt"
    export PYTHONPATH="$work/site${PYTHONPATH:+:$PYTHONPATH}"
fi

{
    date -u '+%Y-%m-%d %H:%M UTC'
    git rev-parse HEAD 2>/dev/null || echo "no git checkout"
    "$python" --version
    "$python" -m pip list 2>/dev/null |
        grep -iE '^(cuda|cupy|numpy|nvidia|onnx|polygraphy|sideman|tensorrt|torch)' ||
        echo "pip lists none of the libraries"
    nvidia-smi 2>&1 || echo "nvidia-smi does not run here"
} >"$out/machine.txt"

# Engines and bundles of a measurement are nobody else's; a folder that is given is kept.
export SIDEMAN_CACHE=${SIDEMAN_ENGINES:-$work/cache}
options=(--bundles "${SIDEMAN_BUNDLES:-$work/bundles}")
configs=${SIDEMAN_CONFIGS:-../shared/spec/published}
[[ -d $configs ]] && options+=(--configs "$configs")

timeout "${TESTS_SECONDS:-120}" "$python" -m pytest tests/gpu -m gpu -q -rs -p no:cacheprovider \
    >"$out/tests.txt" 2>&1
status=$?
"$python" -m tests.gpu.measure "$out" "${options[@]}" "$@"
echo
echo "tests: $(tail -n 1 "$out/tests.txt") (exit $status)"
echo "All of it is in $out."
exit "$status"
