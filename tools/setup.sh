#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what building costrand needs and this machine lacks. Debian 12; elsewhere it names the
# packages and stops. Asks nothing, does nothing twice.
set -euo pipefail

packages=(
  g++ cmake ninja-build
  libboost1.81-dev libboost-program-options1.81-dev libssl-dev libyaml-cpp-dev doctest-dev
)
# For .ci/run only: format check and the Clang presets.
[ "${1:-}" = --ci ] && packages+=(clang clang-format)

installed() {
  dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q '^install ok installed$'
}

system=unknown
[ -r /etc/os-release ] && system=$(. /etc/os-release && echo "${ID:-unknown} ${VERSION_ID:-}")
if [ "$system" != "debian 12" ]; then
  echo "setup: this is $system, not Debian 12. Install what these Debian packages hold" >&2
  echo "setup: (C++20 compiler GCC 12+ or Clang 14+, CMake 3.25+, Boost 1.81+, OpenSSL 3.0+):" >&2
  printf 'setup:   %s\n' "${packages[@]}" >&2
  echo "setup: then build with: cmake --preset release -DCOSTRAND_WERROR=OFF" >&2
  echo "setup:                  cmake --build --preset release" >&2
  exit 1
fi

missing=()
for package in "${packages[@]}"; do
  installed "$package" || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" != 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "setup: need root to install: ${missing[*]}" >&2
    echo "setup: run as root: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo -n)
fi

echo "setup: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
