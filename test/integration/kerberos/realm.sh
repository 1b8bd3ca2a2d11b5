# SPDX-License-Identifier: Apache-2.0
# Sourced by the tests: Debian's Kerberos programs as fetch.sh unpacked them, a realm of their own
# with a KDC on loopback, and the words to check what they say. All of it is in a temporary folder;
# the system's files are neither read nor written, and nobody needs to be root.
# Set before: connect_shim, the library of test/support/connect_shim.c; for heimdal_api also
# krb5cc_library.
# 77, to be skipped, where the programs are not; 1 where COSTRAND_REQUIRE_KERBEROS is set.

set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
test_name=$(basename "$0" .sh)
programs=${COSTRAND_KERBEROS:-$(cd "$here/../../.." && pwd)/build/kerberos}

if [ ! -e "$programs/packages" ]; then
  echo "SKIPPED: $test_name: there are no Kerberos programs in $programs:" \
    "\"$here/fetch.sh $programs\" unpacks Debian's there"
  [ -z "${COSTRAND_REQUIRE_KERBEROS:-}" ] || exit 1
  exit 77
fi

work=$(mktemp -d)
running=() # ends with the test, however that ends
finish() {
  local status=$?
  for process in ${running[@]+"${running[@]}"}; do
    kill "$process" 2>/dev/null || true
  done
  [ ! -e "$work/auto-started" ] || kill "$(cat "$work/auto-started")" 2>/dev/null || true
  wait
  rm -rf "$work"
  exit "$status"
}
trap finish EXIT

fail() {
  echo "$test_name: $*" >&2
  for log in "$work"/*.log; do
    [ ! -s "$log" ] || tail -n 10 "$log" | sed "s/^/$(basename "$log" .log): /"
  done >&2
  exit 1
}
step() { printf '%s: %s\n' "$test_name" "$*"; }

# Waits until a command succeeds, 20 seconds at most; a process of ours will make it so.
until_true() {
  for _ in $(seq 400); do
    "$@" && return
    sleep 0.05
  done
  fail "waited in vain for: $*"
}
# Ends a process of ours; tells its status.
stop() {
  local process others=()
  for process in "${running[@]}"; do
    [ "$process" = "$1" ] || others+=("$process")
  done
  running=(${others[@]+"${others[@]}"})
  kill "$1"
  wait "$1"
}

realm=COSTRAND.TEST
me=$(id -u)
machine=$(uname -m)-linux-gnu
unset KRB5CCNAME KRB5_KTNAME KRB5_CLIENT_KTNAME KRB5_TRACE LD_PRELOAD
export HOME=$work LC_ALL=C TZ=UTC KRB5_CONFIG=$work/krb5.conf KRB5_KDC_PROFILE=$work/kdc.conf
export CCAPI_ENDPOINT=$work/ep COSTRAND_KCM_SOCKET=$work/kcm
echo not-a-secret >"$work/password" # everybody's

# A program of MIT's, by its name.
mit() {
  local program=$programs/usr/bin/$1
  [ -e "$program" ] || program=$programs/usr/sbin/$1
  LD_LIBRARY_PATH=$programs/usr/lib/$machine:$programs/lib/$machine "$program" "${@:2}"
}
# One of Heimdal's. klist, kswitch and copy_cred_cache are one program, which goes by its first word.
heimdal() {
  local command=("$programs/usr/bin/$1.heimdal" "${@:2}")
  case $1 in
    klist | kswitch | copy_cred_cache) command=("$programs/usr/bin/heimtools" "$@") ;;
    kgetcred) command=("$programs/usr/bin/$1" "${@:2}") ;;
  esac
  LD_LIBRARY_PATH=$programs/usr/lib/$machine:$programs/lib/$machine LD_PRELOAD=$connect_shim \
    KRB5_CONFIG=${heimdal_configuration:-$work/heimdal.conf} "${command[@]}"
}
# The same with the caches of our library, and no KCM.
heimdal_api() {
  COSTRAND_KCM_SOCKET=$work/nobody heimdal_configuration=$work/api.conf heimdal "$@"
}
mit_kinit() { mit kinit "$1" <"$work/password"; }
heimdal_kinit() { heimdal kinit --password-file="$work/password" "$1"; }
heimdal_api_kinit() { heimdal_api kinit --password-file="$work/password" "$1"; }

# $1: the KDC's port
write_configuration() {
  cat >"$work/krb5.conf" <<END
[libdefaults]
  default_realm = $realm
  dns_lookup_kdc = false
  dns_lookup_realm = false
  dns_canonicalize_hostname = false
  rdns = false
  default_ccache_name = KCM:
  kcm_socket = $COSTRAND_KCM_SOCKET
[realms]
  $realm = {
    kdc = 127.0.0.1:$1
  }
[logging]
  kdc = FILE:$work/kdc.log
END
  # Named "KCM:", Heimdal 7.8 asks for the cache with the empty name after kinit (kcm.md 6).
  sed 's/default_ccache_name = KCM:/default_cc_type = KCM/' "$work/krb5.conf" >"$work/heimdal.conf"
  sed "s,default_cc_type = KCM,default_cc_type = API\n  ccapi_library = ${krb5cc_library:-}," \
    "$work/heimdal.conf" >"$work/api.conf"
  cat >"$work/kdc.conf" <<END
[kdcdefaults]
  kdc_listen = 127.0.0.1:$1
  kdc_tcp_listen = 127.0.0.1:$1
[realms]
  $realm = {
    database_name = $work/principal
    key_stash_file = $work/stash
    acl_file = $work/acl
  }
[dbmodules]
  db_module_dir = $programs/usr/lib/$machine/krb5/plugins/kdb
END
}

# A realm with these principals; those with a "/" are services and get a random key in the keytab.
make_realm() {
  local orders=""
  write_configuration 1
  mit kdb5_util create -s -P "$(cat "$work/password")" >"$work/create.log" 2>&1 || fail "no realm"
  for principal in "$@"; do
    case $principal in
      */*) orders+="addprinc -randkey $principal"$'\n'"ktadd -k $work/keytab $principal"$'\n' ;;
      *) orders+="addprinc -pw $(cat "$work/password") $principal"$'\n' ;;
    esac
  done
  KRB5CCNAME=MEMORY: mit kadmin.local -p tests/admin <<<"$orders" >"$work/kadmin.log" 2>&1 || fail "no principals"
}
kdc_is_decided() { ! kill -0 "$kdc" 2>/dev/null || grep -q 'commencing operation' "$work/kdc.log"; }
start_kdc() {
  for _ in $(seq 20); do # a port may be taken
    write_configuration $((20000 + RANDOM % 12000))
    : >"$work/kdc.log" # before anybody reads it
    mit krb5kdc -n >"$work/krb5kdc.log" 2>&1 &
    kdc=$!
    until_true kdc_is_decided
    if kill -0 "$kdc" 2>/dev/null; then
      running+=("$kdc")
      return
    fi
  done
  fail "the KDC finds no port"
}

# $1: the built program, then more options
start_ccapid() {
  : >"$work/ccapid.log"
  "$@" --kcm-socket "$COSTRAND_KCM_SOCKET" >"$work/ccapid.log" 2>&1 &
  ccapid=$!
  running+=("$ccapid")
  until_true grep -q 'listens for KCM at' "$work/ccapid.log"
}

# $1: the built program, which the library starts when it needs it, and which writes its process id
# to $work/auto-started
let_library_start() {
  printf '#!/bin/sh\necho $$ >"%s"\nexec "%s" "$@"\n' "$work/auto-started" "$1" >"$work/server"
  chmod +x "$work/server"
  export CCAPI_SERVER=$work/server CCAPID_KCM_SOCKET=$COSTRAND_KCM_SOCKET
}

# PATTERN... -- COMMAND...: the command succeeds, and what it says has each extended pattern, or has
# not, with "!" before the pattern.
expect() {
  local patterns=() said status=0
  while [ "$1" != -- ]; do
    patterns+=("$1")
    shift
  done
  shift
  said=$("$@" 2>&1) || status=$?
  [ "$status" = 0 ] || fail "$*: ended with $status: $said"
  expect_said "$*" "$said" "${patterns[@]}"
}
# The same of one that fails.
expect_failure() {
  local pattern=$1 said status=0
  shift 2
  said=$("$@" 2>&1) || status=$?
  [ "$status" != 0 ] || fail "$*: succeeded: $said"
  expect_said "$*" "$said" "$pattern"
}
expect_said() { # command, what it said, patterns
  local pattern
  for pattern in "${@:3}"; do
    if [ "${pattern:0:1}" = '!' ]; then
      ! grep -qE -- "${pattern:1}" <<<"$2" || fail "$1: says \"${pattern:1}\": $2"
    else
      grep -qE -- "$pattern" <<<"$2" || fail "$1: does not say \"$pattern\": $2"
    fi
  done
}
