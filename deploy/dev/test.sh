#!/usr/bin/env bash
# Builds the dev preset and runs its tests.
#
#   deploy/dev/test.sh               all of them
#   deploy/dev/test.sh LABEL         those with a label: unit, conformance,
#                                    statistical, integration, architecture
#   deploy/dev/test.sh LABEL -R als  further arguments go to ctest
set -euo pipefail
cd "$(dirname "$0")/../.."

select=()
if (($# > 0)) && [[ "$1" != -* ]]; then
  select=(-L "^$1\$")
  shift
fi
cmake --preset dev
cmake --build --preset dev
ctest --preset dev --no-tests=error "${select[@]}" "$@"
