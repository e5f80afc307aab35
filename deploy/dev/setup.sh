#!/usr/bin/env bash
# Installs the Debian packages that are missing, and does nothing where none is.
#
#   deploy/dev/setup.sh [program|build|test|image]...   (default: test)
#
#   program  what compiling ttflowd and ttflow needs
#   build    program, and what the tests and benchmarks need to configure and compile
#   test     build, and the tools that tests/run and the checks use
#   image    what building and trying the container image without Docker needs
#
# Looks with dpkg-query first, so a machine that is set up needs neither root nor
# the network. Made for and tried on Debian 12 (bookworm).
set -euo pipefail

program=(
  g++ cmake ninja-build ccache lld
  libabsl-dev libeigen3-dev libtbb-dev librandom123-dev
  libgrpc++-dev libprotobuf-dev protobuf-compiler protobuf-compiler-grpc
  libsqlite3-dev libspdlog-dev libfmt-dev libcli11-dev nlohmann-json3-dev
)
build=("${program[@]}" libgtest-dev libgmock-dev python3)
test=("${build[@]}" clang clang-tidy clang-format shellcheck git librsvg2-bin)
image=(buildah debootstrap crun)

usage() {
  sed -n '2,13s/^# \{0,1\}//p' "$0"
}

wanted=()
for group in "${@:-test}"; do
  case "$group" in
    program) wanted+=("${program[@]}") ;;
    build) wanted+=("${build[@]}") ;;
    test) wanted+=("${test[@]}") ;;
    image) wanted+=("${image[@]}") ;;
    -h | --help) usage; exit 0 ;;
    *) echo "setup: unknown group '$group'" >&2; usage >&2; exit 2 ;;
  esac
done

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  echo "setup: this is no Debian system (no dpkg-query or apt-get)." >&2
  echo "setup: install what these Debian 12 packages hold by other means: ${wanted[*]}" >&2
  exit 1
fi

missing=()
for package in "${wanted[@]}"; do
  status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
  [[ "$status" == installed ]] || missing+=("$package")
done
if ((${#missing[@]} == 0)); then
  exit 0
fi

as_root=()
if ((EUID != 0)); then
  if ! command -v sudo >/dev/null; then
    echo "setup: not root and no sudo, so these packages cannot be installed here." >&2
    echo "setup: as root:  apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi

apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q \
    -o Acquire::Retries=3 -o Acquire::http::Timeout=30 -o Acquire::https::Timeout=30 \
    -o DPkg::Lock::Timeout=300 "$@"
}

echo "setup: installing ${missing[*]}" >&2
# A failed update is no end yet: the packages may be in the cache.
apt update >&2 || echo "setup: the package lists could not be refreshed" >&2
if ! apt install -y --no-install-recommends "${missing[@]}" >&2; then
  echo "setup: apt-get could not install these packages (its message is above; no network?):" >&2
  echo "setup:   ${missing[*]}" >&2
  echo "setup: once they are present, however they came, nothing here needs the network." >&2
  exit 1
fi
