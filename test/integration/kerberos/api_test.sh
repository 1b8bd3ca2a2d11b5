#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Debian's Heimdal clients, unchanged, over API on our library, which starts the server, beside MIT's
# over KCM: one collection, and tickets that come back byte by byte whichever way they went.
# Arguments: costrand-ccapid, the library of connect_shim.c, libcostrand_krb5cc.so.
ccapid_program=$1
connect_shim=$2
krb5cc_library=$3
. "$(dirname "$0")/realm.sh"
. "$(dirname "$0")/file_cache.sh"

one=host/one.costrand.test two=host/two.costrand.test three=host/three.costrand.test
tgt=krbtgt/$realm@$realm
make_realm alice bob carol "$one" "$two" "$three"
start_kdc
let_library_start "$ccapid_program"

step "Heimdal: klist starts no server, kinit does; MIT sees its ticket over KCM"
expect_failure 'No API credential found' -- heimdal_api klist
[ ! -e "$work/auto-started" ] || fail "klist started a server"
expect '!.' -- heimdal_api_kinit alice
daemon=$(cat "$work/auto-started")
expect '^Credentials cache: API:0$' "Principal: alice@$realm\$" " $tgt\$" -- heimdal_api klist
expect "^Ticket cache: KCM:$me:0\$" "^Default principal: alice@$realm\$" " $tgt\$" -- mit klist

step "MIT: kinit, kvno; Heimdal sees both"
expect 'Password for bob@' -- mit_kinit bob
expect "^\* bob@$realm +API:1 " "^  alice@$realm +API:0 " '!KCM' -- heimdal_api klist --list-all
expect '!.' -- heimdal_api kswitch -p alice
expect "^Default principal: alice@$realm\$" -- mit klist
expect "^$one@$realm: kvno = [0-9]+\$" -- mit kvno "$one"
expect "^Credentials cache: API:0\$" "Principal: alice@$realm\$" " $one@$realm\$" \
  "^Credentials cache: API:1\$" "Principal: bob@$realm\$" -- heimdal_api klist -A

step "Heimdal: kgetcred with the ticket that its kinit stored; MIT sees it"
expect '!.' -- heimdal_api kgetcred "$two"
expect " $one@$realm\$" " $two@$realm\$" -- mit klist

step "MIT's ticket reaches Heimdal over API, Heimdal's reaches MIT over KCM, byte by byte"
mit kvno --out-cache "FILE:$work/by-mit" "$tgt" "$one" "$two" >/dev/null
heimdal_api copy_cred_cache API:0 "FILE:$work/by-heimdal"
for server in "$tgt" "$one@$realm" "$two@$realm"; do
  expect_same_credential "$server" "$work/by-mit" "$work/by-heimdal" api
done

step "a ticket that never was in the server comes back from it byte by byte, in over API, out over KCM"
mit kvno --out-cache "FILE:$work/outside" "$three" >/dev/null
expect "!$three" -- mit klist
expect '!.' -- heimdal_api_kinit carol
name=$(heimdal_api klist --list-all | sed -n "s/^\* carol@$realm *API:\([0-9]*\) .*/\1/p")
[ -n "$name" ] || fail "carol's cache is not there, or not the default"
expect '!.' -- heimdal_api copy_cred_cache "FILE:$work/outside" "API:$name"
expect "principal: alice@$realm" " $three@$realm\$" '!carol' "!$tgt" -- mit klist "KCM:$me:$name"
mit kvno -c "KCM:$me:$name" --out-cache "FILE:$work/back" "$three" >/dev/null
expect_same_credential "$three@$realm" "$work/outside" "$work/back" api

step "tickets of both open their service's door, without a KDC"
stop "$kdc" || true
expect '!.' -- heimdal_api kswitch --type=API --cache=0
expect "^$one@$realm: .*keytab entry valid\$" "^$two@$realm: .*keytab entry valid\$" -- \
  mit kvno -k "$work/keytab" "$one" "$two"
expect '!.' -- heimdal_api kgetcred --cached-only "$one"
expect_failure 'not found' -- heimdal_api kgetcred --cached-only "$three"

step "each destroys what the other made"
expect '!.' -- heimdal_api kdestroy --credential="$one"
expect "!$one" " $two@$realm\$" -- mit klist
expect '!.' -- heimdal_api kdestroy
expect "!KCM:$me:0" "KCM:$me:1" "KCM:$me:$name" -- mit klist -l
expect '!.' -- mit kdestroy -A
expect '!@' -- heimdal_api klist --list-all
start_kdc
expect 'Password for alice@' -- mit_kinit alice
expect '!.' -- heimdal_api_kinit bob
expect '!.' -- heimdal_api kdestroy -A
expect_failure '!.' -- mit klist -A

step "the server is still the first one, and ends when it is told to"
[ "$(cat "$work/auto-started")" = "$daemon" ] || fail "another server was started"
kill "$daemon"
is_gone() { ! kill -0 "$daemon" 2>/dev/null; }
until_true is_gone
for socket in "$CCAPI_ENDPOINT" "$COSTRAND_KCM_SOCKET"; do
  [ ! -e "$socket" ] || fail "$socket is left behind"
done
