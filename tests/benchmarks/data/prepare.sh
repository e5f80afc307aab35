#!/usr/bin/env bash
# Fetches the data of the logistic targets out of Debian packages, which are
# unpacked, not installed, and writes them as CSV.
#
#   tests/benchmarks/data/prepare.sh [DIRECTORY]     default: build/benchmark-data
set -euo pipefail
cd "$(dirname "$0")/../../.."

output=$(realpath -m "${1:-build/benchmark-data}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"

(cd "$work" && apt-get download -q weka r-cran-mlbench python3-sklearn)
for package in "$work"/*.deb; do
  dpkg-deb -x "$package" "$work/packages"
done
python3 -c 'import ensurepip' 2>/dev/null || apt-get install -qq -y python3-venv
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --only-binary :all: numpy pandas rdata
"$work/venv/bin/python" tests/benchmarks/data/prepare.py "$work/packages" "$output"
