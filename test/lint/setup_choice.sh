#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tools/setup.sh chooses the packages of the system that /etc/os-release names, and stops where it
# knows none.
set -euo pipefail
setup=$(cd "$(dirname "$0")/../.." && pwd)/tools/setup.sh
file=$(mktemp)
trap 'rm -f "$file"' EXIT

fail() {
  echo "setup choice: $1" >&2
  exit 1
}

# $1: ID, $2: VERSION_ID, then a package that is chosen
expect_package() {
  printf 'PRETTY_NAME="A System"\nID=%s\nVERSION_ID="%s"\n' "$1" "$2" >"$file"
  "$setup" "${@:4}" --list "$file" 2>/dev/null | grep -x "$3" >/dev/null || fail "$1 $2 ${*:4} lacks $3"
}
expect_package debian 12 libboost1.81-dev
expect_package debian 12 libboost-program-options1.81-dev
expect_package debian 13 libboost1.83-dev
expect_package ubuntu 24.04 libboost1.83-dev
expect_package ubuntu 24.04 libboost-program-options1.83-dev
expect_package debian 12 clang-format --ci
expect_package debian 12 dpkg-dev --packages

# An os-release ($1) of a system that it does not know: names what to install, and fails.
expect_stop() {
  printf '%b' "$1" >"$file"
  local said
  if said=$("$setup" --list "$file" 2>&1); then
    fail "takes $1 for a system that it knows"
  fi
  grep -q 'libboost1.81-dev' <<<"$said" || fail "does not name what to install where $1"
}
expect_stop 'ID=ubuntu\nVERSION_ID="22.04"\n'
expect_stop 'ID=fedora\nVERSION_ID=41\n'
expect_stop 'ID=debian\n' # testing has no VERSION_ID
expect_stop ''
rm "$file"
"$setup" --list "$file" >/dev/null 2>&1 && fail "goes on without an os-release"

echo "setup choice: passed"
