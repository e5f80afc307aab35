#!/usr/bin/env bash
# Static checks: format, shell scripts, the architecture tests, clang-tidy.
#
#   deploy/dev/lint.sh              clang-tidy on sources changed since origin/main
#   deploy/dev/lint.sh --no-tidy    without clang-tidy (seconds instead of minutes)
#   deploy/dev/lint.sh --all        clang-tidy on every source
#   deploy/dev/lint.sh FILE.cc...   clang-tidy on these
#
# clang-tidy reads the compile commands of the `tidy` preset.
set -euo pipefail
cd "$(dirname "$0")/../.."

scripts() {
  grep -rlE --exclude-dir=build --exclude-dir='build-*' --exclude-dir=.git '^#!/(usr/)?bin/(env )?(bash|sh)$' .
}

# Sources that differ from the branch point, committed or not; those of the last
# commit where there is no such branch.
changed_sources() {
  local base
  base=$(git merge-base HEAD origin/main 2>/dev/null || git rev-parse HEAD~1 2>/dev/null || true)
  { git diff --name-only --diff-filter=d ${base:+"$base"} -- '*.cc'
    git ls-files --others --exclude-standard -- '*.cc'; } | sort -u
}

tidy=changed
files=()
for argument in "$@"; do
  case "$argument" in
    --no-tidy) tidy=none ;;
    --all) tidy=all ;;
    -*) sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    *) tidy=files; files+=("$argument") ;;
  esac
done

deploy/dev/format.sh --check
scripts | xargs shellcheck
python3 tests/architecture/architecture_test.py .

case "$tidy" in
  none) exit 0 ;;
  changed) mapfile -t files < <(changed_sources) ;;
  all) mapfile -t files < <(git ls-files -- '*.cc') ;;
esac
if ((${#files[@]} == 0)); then
  echo "lint: no source changed"
  exit 0
fi

cmake --preset tidy >/dev/null
# Generated headers must exist before clang can read what includes them.
mapfile -t generated < <(ninja -C build/tidy -t targets all | sed -n 's/^\([^/].*\.pb\.h\): CUSTOM_COMMAND$/\1/p')
if ((${#generated[@]})); then
  ninja -C build/tidy "${generated[@]}"
fi
printf '%s\n' "${files[@]}" | xargs -P "$(nproc)" -n 1 clang-tidy -p build/tidy --quiet
