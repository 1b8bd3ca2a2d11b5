#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what building costrand needs and this machine lacks. Debian 12; Debian 13 and Ubuntu
# 24.04 as well as it goes, for nobody builds there regularly; elsewhere it names the packages and
# stops. Asks nothing, does nothing twice.
#   --ci                  also what .ci/run needs; Kerberos programs are unpacked in build/kerberos
#   --packages            also what tools/package.sh needs
#   --list OS_RELEASE     only tell what a system with that /etc/os-release would get
set -euo pipefail

os_release=/etc/os-release list=no kerberos=no
extra=()
while [ $# -gt 0 ]; do
  case $1 in
    --ci)
      extra+=(clang clang-format dpkg-dev file mandoc debootstrap pkgconf chromium mold)
      kerberos=yes
      ;;
    --packages) extra+=(dpkg-dev file) ;;
    --list) list=yes os_release=$2 && shift ;;
    *) echo "setup: $1: no such option" >&2 && exit 2 ;;
  esac
  shift
done

system=unknown
[ -r "$os_release" ] && system=$(. "$os_release" && echo "${ID:-unknown} ${VERSION_ID:-}")
case $system in
  "debian 12") boost=1.81 ;;
  "debian 13" | "ubuntu 24.04") boost=1.83 ;;
  *) boost= ;;
esac
packages=(
  g++ cmake ninja-build
  "libboost${boost:-1.81}-dev" "libboost-program-options${boost:-1.81}-dev"
  libssl-dev libyaml-cpp-dev doctest-dev
)
packages+=(${extra[@]+"${extra[@]}"})
[[ $system == ubuntu* ]] && packages=("${packages[@]/%chromium/chromium-browser}")

if [ -z "$boost" ]; then
  echo "setup: this is $system, which setup does not know. Install what these packages of Debian 12" >&2
  echo "setup: hold (C++20 compiler GCC 12+ or Clang 14+, CMake 3.25+, Boost 1.81+, OpenSSL 3.0+):" >&2
  printf 'setup:   %s\n' "${packages[@]}" >&2
  echo "setup: then build with: cmake --preset release -DCOSTRAND_WERROR=OFF" >&2
  echo "setup:                  cmake --build --preset release" >&2
  exit 1
fi
if [ "$list" = yes ]; then
  printf '%s\n' "${packages[@]}"
  exit 0
fi
if [ "$system" != "debian 12" ]; then
  echo "setup: $system is not built on regularly. Where a warning of a newer compiler stops the" >&2
  echo "setup: build: cmake --preset release -DCOSTRAND_WERROR=OFF" >&2
fi

installed() {
  dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q '^install ok installed$'
}

missing=()
for package in "${packages[@]}"; do
  installed "$package" || missing+=("$package")
done

as_root=()
if [ "$(id -u)" != 0 ]; then
  if command -v sudo >/dev/null; then
    as_root=(sudo -n)
  elif [ ${#missing[@]} -gt 0 ]; then
    echo "setup: need root to install: ${missing[*]}" >&2
    echo "setup: run as root: apt-get install ${missing[*]}" >&2
    exit 1
  fi
fi

if [ ${#missing[@]} -gt 0 ]; then
  echo "setup: installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

if [ "$kerberos" = yes ] && [ "$system" = "debian 12" ]; then
  root=$(cd "$(dirname "$0")/.." && pwd)
  unpack=("$root/test/integration/kerberos/fetch.sh" "$root/build/kerberos")
  if ! "${unpack[@]}"; then # the lists of what there is may be old
    "${as_root[@]}" apt-get update -qq
    "${unpack[@]}"
  fi
fi
