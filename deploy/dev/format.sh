#!/usr/bin/env bash
# Formats the C++ sources by .clang-format.
#
#   deploy/dev/format.sh           rewrites them
#   deploy/dev/format.sh --check   changes nothing, fails where one would change
set -euo pipefail
cd "$(dirname "$0")/../.."

mapfile -d '' files < <(find core server client tests -name build -prune -o \
  \( -name '*.h' -o -name '*.cc' \) -type f -print0 | sort -z)
if ((${#files[@]} == 0)); then
  echo "format: no sources found" >&2
  exit 1
fi

case "${1:-}" in
  --check) clang-format --dry-run --Werror "${files[@]}" ;;
  "") clang-format -i "${files[@]}" ;;
  *) sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
