#!/usr/bin/env bash
# Builds a benchmark program of tests/benchmarks in the release preset and runs it.
#
#   deploy/dev/bench.sh                 lists the programs
#   deploy/dev/bench.sh NAME [ARG...]   builds and runs one
set -euo pipefail
cd "$(dirname "$0")/../.."

deploy/dev/setup.sh build
cmake --preset release >/dev/null
if (($# == 0)); then
  ninja -C build/release -t targets all |
    sed -n 's/^bin\/\([a-z0-9_]*\): CXX_EXECUTABLE_LINKER__.*/\1/p' |
    grep -vE '_test$|^(ttflow|ttflowd)$' | sort
  exit 0
fi
name=$1
shift
cmake --build --preset release --target "$name" >&2
exec "build/release/bin/$name" "$@"
