#!/usr/bin/env bash
# All that a change needs before it is offered: lint with clang-tidy on changed
# files, then the tests with the sanitizers.
set -euo pipefail
cd "$(dirname "$0")/../.."

deploy/dev/setup.sh test
deploy/dev/lint.sh
tests/run lint dev tsan asan
