#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the library shows to the programs that load it, and what it asks of them: the published
# calls, to stay in memory, and nothing but the system's libraries. $1: the library
set -eu
export LC_ALL=C

expected='cc_close cc_create cc_destroy cc_free_NC_info cc_free_creds cc_free_name
cc_free_principal cc_get_NC_info cc_get_change_time cc_get_cred_version cc_get_name
cc_get_principal cc_initialize cc_lock_request cc_open cc_remove_cred cc_seq_fetch_NCs_begin
cc_seq_fetch_NCs_end cc_seq_fetch_NCs_next cc_seq_fetch_creds_begin cc_seq_fetch_creds_end
cc_seq_fetch_creds_next cc_set_principal cc_shutdown cc_store'
exported=$(nm --dynamic --defined-only "$1" | awk '{print $3}' | sort)
[ "$exported" = "$(printf '%s\n' $expected | sort)" ] || {
  printf 'exports:\n%s\n' "$exported"
  exit 1
}
readelf --dynamic --wide "$1" | grep -q 'FLAGS_1.*NODELETE' || {
  echo "can be unloaded"
  exit 1
}
foreign=$(readelf --dynamic --wide "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
  grep -vE '^(libc|libm|libstdc\+\+|libgcc_s|ld-linux.*|lib(asan|ubsan|tsan|gcov))\.so' || true)
[ -z "$foreign" ] || {
  echo "needs $foreign"
  exit 1
}
