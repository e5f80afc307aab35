#!/usr/bin/env bash
# Runs peers of ttflow on its targets, in a virtual environment of their own.
#
#   tests/benchmarks/peers/run.sh [--seeds N] [--targets LABEL...] [--peers NAME...]
#
# Writes a table to standard output; peers.py --help has the options.
set -euo pipefail
cd "$(dirname "$0")/../../.."

deploy/dev/setup.sh build >&2
cmake --preset release >/dev/null
cmake --build --preset release --target target_pipe >&2

environment=build/peers-venv
if [[ ! -e $environment/complete ]]; then
  rm -rf "$environment"
  python3 -c 'import ensurepip' 2>/dev/null || apt-get install -qq -y python3-venv >&2
  python3 -m venv "$environment"
  "$environment/bin/pip" install --quiet -r tests/benchmarks/peers/requirements.txt >&2
  # Its dependencies are among the others', but for one that only plots.
  "$environment/bin/pip" install --quiet --no-deps particles==0.4 >&2
  touch "$environment/complete"
fi
if [[ ! -e build/benchmark-data/wine.csv ]]; then
  tests/benchmarks/data/prepare.sh >&2 ||
    echo "no data sets: the regressions are left out" >&2
fi
# One core each, as ttflow has here.
export OMP_NUM_THREADS=1 MKL_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 NUMBA_NUM_THREADS=1
export XLA_FLAGS="--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
export PYTHONWARNINGS=ignore
exec "$environment/bin/python" tests/benchmarks/peers/peers.py \
  --pipe build/release/bin/target_pipe --data build/benchmark-data "$@"
