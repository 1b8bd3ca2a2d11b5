#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the Debian packages, looks into them, installs them in a fresh root of this system, uses
# them there and purges them. The root takes debootstrap and root, and a mirror, which is this
# system's own; without them the programs run from where the packages were unpacked.
#   --quick     the programs' packages only: no compiler goes into the root (.ci/run)
#   --no-root   never makes a root
set -euo pipefail
cd "$(dirname "$0")/../.."

quick=no root_wanted=yes
for argument in "$@"; do
  case $argument in
    --quick) quick=yes ;;
    --no-root) root_wanted=no ;;
    *) echo "debian: $argument: no such option" >&2 && exit 2 ;;
  esac
done

work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
tell() { echo "debian: $* ($SECONDS s)"; }
fail() {
  echo "debian: $*" >&2
  exit 1
}

tools/package.sh >"$work/log" || { cat "$work/log" && exit 1; }
tell "made $(cd build/packages && echo *.deb)"
runtime=$(echo build/packages/costrand_*.deb)
dev=$(echo build/packages/libcostrand-dev_*.deb)
amtsim=$(echo build/packages/costrand-amtsim_*.deb)
lmsd=$(echo build/packages/costrand-lmsd_*.deb)
ccapid=$(echo build/packages/costrand-ccapid_*.deb)
krb5cc=$(echo build/packages/libcostrand-krb5cc0_*.deb)
krb5cc_dev=$(echo build/packages/libcostrand-krb5cc-dev_*.deb)
debs=("$runtime" "$dev" "$amtsim" "$lmsd" "$ccapid" "$krb5cc" "$krb5cc_dev")

# $1: package, then files it must hold
expect_files() {
  local held
  held=$(dpkg-deb -c "$1" | awk '{print $6}')
  for file in "${@:2}"; do
    grep -qx "\./$file" <<<"$held" || fail "$1 lacks $file"
  done
  dpkg-deb -c "$1" | awk '$2 != "root/root" || $6 !~ /^\.\/(usr\/.*)?$/ {bad = 1; print} END {exit bad}' ||
    fail "$1 holds what it should not"
}
# $1: package, $2: field, $3: pattern
expect_field() {
  dpkg-deb -f "$1" "$2" | grep -E "$3" >/dev/null || fail "$1: $2 is $(dpkg-deb -f "$1" "$2")"
}
version=$(sed -n 's/^project(costrand VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
lib=usr/lib/$(dpkg-architecture -q DEB_HOST_MULTIARCH)
for deb in "${debs[@]}"; do
  name=$(dpkg-deb -f "$deb" Package)
  expect_field "$deb" Version "^$version-1\$"
  expect_field "$deb" Maintainer '^costrand maintainers <.*@.*>$'
  expect_files "$deb" "usr/share/doc/$name/copyright" "usr/share/doc/$name/changelog.Debian.gz"
done
expect_files "$runtime" usr/bin/costrand-activate usr/share/man/man1/costrand-activate.1.gz \
  usr/share/doc/costrand/costrand-activate.md \
  usr/bin/costrand usr/share/man/man1/costrand.1.gz \
  usr/share/bash-completion/completions/costrand \
  usr/share/zsh/vendor-completions/_costrand-activate
expect_files "$amtsim" usr/bin/costrand-amtsim usr/share/man/man1/costrand-amtsim.1.gz
expect_files "$lmsd" usr/bin/costrand-lmsd usr/share/man/man1/costrand-lmsd.1.gz \
  usr/lib/systemd/system/costrand-lmsd.service usr/lib/systemd/system/costrand-lmsd.socket \
  usr/share/bash-completion/completions/costrand-lmsd
expect_files "$ccapid" usr/bin/costrand-ccapid usr/share/man/man1/costrand-ccapid.1.gz \
  usr/lib/systemd/user/costrand-ccapid.service usr/lib/systemd/user/costrand-ccapid.socket \
  usr/lib/systemd/user/costrand-ccapid-kcm.socket \
  usr/lib/systemd/system/costrand-ccapid-system.service \
  usr/lib/systemd/system/costrand-ccapid-system.socket \
  usr/share/bash-completion/completions/costrand-ccapid \
  usr/share/zsh/vendor-completions/_costrand-ccapid
expect_files "$krb5cc" "$lib/libcostrand_krb5cc.so.0"
expect_files "$krb5cc_dev" "$lib/libcostrand_krb5cc.so" "$lib/pkgconfig/costrand-krb5cc.pc" \
  "$lib/cmake/costrand-krb5cc/costrand-krb5ccConfig.cmake" \
  usr/include/costrand-krb5cc/CredentialsCache.h usr/include/costrand-krb5cc/CredentialsCache2.h
expect_files "$dev" usr/include/costrand/core/stream.hpp usr/include/costrand/sim/firmware.hpp \
  "$lib/libcostrand_core.a" "$lib/libcostrand_boost.a" "$lib/libcostrand_sim.a" \
  "$lib/cmake/costrand/costrandConfig.cmake" "$lib/pkgconfig/costrand.pc"
expect_field "$runtime" Depends 'libc6 .*libssl3.*libyaml-cpp'
expect_field "$amtsim" Depends 'libboost-program-options.*libc6'
expect_field "$lmsd" Depends 'libc6 '
expect_field "$ccapid" Depends 'libc6 '
expect_field "$krb5cc" Depends 'costrand-ccapid .*libc6 '
expect_field "$krb5cc_dev" Depends '^libcostrand-krb5cc0 '
expect_field "$dev" Depends '^libboost1\.[0-9]+-dev, libssl-dev'
if command -v lintian >/dev/null; then
  # Nobody asked Debian for these packages, so no report there is closed by them.
  lintian --allow-root --fail-on error --suppress-tags initial-upload-closes-no-bugs \
    "${debs[@]}"
  tell "lintian has no errors"
fi

# Runs a command with the programs in its path. Until there is a root: unpacked.
inside() { PATH="$work/unpacked/usr/bin:$PATH" "$@"; }

in_root() {
  unshare --mount --pid --fork --mount-proc="$work/root/proc" chroot "$work/root" \
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
    DEBIAN_FRONTEND=noninteractive \
    ${http_proxy+"http_proxy=$http_proxy"} ${https_proxy+"https_proxy=$https_proxy"} "$@"
}

# A fresh root in $work/root, from the mirror that apt uses here.
make_root() {
  local root=$work/root codename mirror
  codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
  apt-get indextargets --format '$(CODENAME) $(REPO_URI) $(RELEASE) $(COMPONENT) $(ORIGIN)' \
    'Created-By: Packages' | grep -E "^$codename[^ ]* .* (Debian|Ubuntu)\$" | sort -u >"$work/targets"
  mirror=$(awk -v codename="$codename" '$1 == codename {print $2; exit}' "$work/targets")
  [ -n "$mirror" ] || return 1
  unshare --mount debootstrap --variant=minbase "$codename" "$root" "$mirror" >"$work/log" 2>&1 || return 1
  awk '{print "deb", $2, $3, $4}' "$work/targets" >"$root/etc/apt/sources.list"
  apt-config dump | grep '^Acquire::' >"$root/etc/apt/apt.conf.d/99host"
  in_root apt-get update -qq >>"$work/log" 2>&1
}

packages=("${debs[@]}")
[ "$quick" = no ] || packages=("$runtime" "$amtsim" "$lmsd" "$ccapid" "$krb5cc")
rooted=no
if [ "$root_wanted" = no ]; then
  tell "no root was wanted"
elif [ "$(id -u)" != 0 ] || ! command -v debootstrap >/dev/null; then
  tell "no root: that takes debootstrap and being root"
elif make_root; then
  rooted=yes
  inside() { in_root "$@"; }
  tell "a fresh root is there"
else
  tail -5 "$work/log"
  [ "$quick" = yes ] || fail "the root cannot be made"
  tell "no root: it cannot be made here"
fi

if [ "$rooted" = yes ]; then
  cp "${packages[@]}" "$work/root/tmp"
  inside sh -c 'apt-get install -y -qq --no-install-recommends /tmp/*.deb' >"$work/log" 2>&1 ||
    { cat "$work/log" && fail "the packages cannot be installed"; }
  rm "$work"/root/tmp/*.deb
  tell "installed"
else
  for deb in "${packages[@]}"; do
    dpkg-deb -x "$deb" "$work/unpacked"
  done
fi

inside costrand-activate --version | grep -F "$version" || fail "wrong version"
inside costrand version | grep -F "$version" || fail "wrong version"
inside costrand-amtsim --version | grep -F "$version" || fail "wrong version"
inside costrand-lmsd --version | grep -F "$version" || fail "wrong version"
inside costrand-ccapid --version | grep -F "$version" || fail "wrong version"
for transport in lme lms; do
  inside costrand-activate --demo --transport "$transport" >"$work/log" 2>&1 ||
    { cat "$work/log" && fail "the demo over $transport"; }
done
inside costrand-amtsim --list-profiles | grep amt16 || fail "no profiles"
inside costrand-amtsim run --profile amt18 -- costrand amtinfo | grep -F 18.0.10 ||
  fail "no information of a device"
inside costrand-amtsim run -- test -c /dev/mei0 || fail "no simulated device"
if inside costrand-lmsd --device unix:/no/such/socket >"$work/log" 2>&1; then
  fail "costrand-lmsd has no device and goes on"
fi
# What it says first: that it has no device, or that this system's LMS has the port.
grep -E 'no management engine device|is in use by' "$work/log" || fail "$(cat "$work/log")"
if command -v systemd-analyze >/dev/null; then
  dpkg-deb -x "$lmsd" "$work/units"
  dpkg-deb -x "$ccapid" "$work/units"
  units=$work/units/usr/lib/systemd
  # Resolved where it is installed, it would be.
  sed -i "s,^ExecStart=,&$work/units/usr/bin/," "$units"/system/*.service "$units"/user/*.service
  systemd-analyze verify --man=no "$units"/system/costrand-* ||
    fail "systemd finds fault with the units"
  mkdir "$work/runtime" # a user's manager has one
  XDG_RUNTIME_DIR=$work/runtime systemd-analyze --user verify --man=no \
    "$units"/user/costrand-ccapid* || fail "systemd finds fault with the users' units"
fi
tell "the programs work"

if [ "$rooted" = yes ] && [ "$quick" = no ]; then
  cp -r test/package "$work/root/tmp/consumer"
  # The last two: what OpenSSL on Debian 13 wants for pkg-config --static and does not bring along.
  inside apt-get install -y -qq --no-install-recommends g++ pkgconf cmake ninja-build \
    zlib1g-dev libzstd-dev >"$work/log" 2>&1 || { cat "$work/log" && fail "no compiler"; }
  tell "a compiler is there"
  inside sh -c 'cd /tmp/consumer && sh pkg_config.sh' || fail "no program by pkg-config"
  tell "programs by pkg-config"
  inside sh -c 'cd /tmp/consumer && cmake -B build -G Ninja >/dev/null && cmake --build build' ||
    fail "no program by find_package"
  for program in lme_get build/lme_get; do
    inside costrand-amtsim run -- "/tmp/consumer/$program" | grep '^HTTP/1.1' ||
      fail "$program has no answer of the device"
  done
  for program in sim_get build/sim_get; do
    inside "/tmp/consumer/$program" | grep '^HTTP/1.1' || fail "$program has no answer"
  done
  for program in ccache_names build/ccache_names; do
    inside "/tmp/consumer/$program" | grep -x 'Initial default ccache' || fail "$program"
  done
  tell "programs by find_package, and all of them work"
fi

if [ "$rooted" = yes ]; then
  names=()
  for deb in "${packages[@]}"; do
    names+=("$(dpkg-deb -f "$deb" Package)")
  done
  inside apt-get purge -y -qq "${names[@]}" >"$work/log" 2>&1 ||
    { cat "$work/log" && fail "the packages cannot be purged"; }
  for deb in "${packages[@]}"; do
    dpkg-deb -c "$deb" | awk '{print $6}' | sed 's,^\.,,; s,/$,,'
  done | sort -u | while read -r path; do
    [ -z "$path" ] || [ ! -e "$work/root$path" ] || inside dpkg -S "$path" >/dev/null ||
      fail "$path is left after the purge"
  done
  inside dpkg -l | grep costrand && fail "dpkg still knows the packages"
  tell "purged, nothing is left"
fi
echo "debian: passed"
