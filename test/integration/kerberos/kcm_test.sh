#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Debian's MIT and Heimdal clients, unchanged, over KCM on costrand-ccapid: what each says, what the
# other sees of it, and that tickets come back byte by byte.
# Arguments: costrand-ccapid, the library of connect_shim.c, more options for the former.
ccapid_program=("$1" "${@:3}")
connect_shim=$2
. "$(dirname "$0")/realm.sh"
. "$(dirname "$0")/file_cache.sh"

one=host/one.costrand.test two=host/two.costrand.test three=host/three.costrand.test
tgt=krbtgt/$realm@$realm
make_realm alice bob carol "$one" "$two" "$three"
start_kdc
start_ccapid "${ccapid_program[@]}"

step "nothing there: both say so"
expect_failure 'No credentials cache found|Credentials cache .* not found' -- mit klist
expect_failure 'No credentials cache file found' -- heimdal klist
expect_failure '!.' -- mit klist -A

step "MIT: kinit of two principals, klist -A, kswitch, kvno"
expect 'Password for alice@' -- mit_kinit alice
expect "^Ticket cache: KCM:$me\$" "^Default principal: alice@$realm\$" " $tgt\$" -- mit klist
expect 'Password for bob@' -- mit_kinit bob
expect "^Default principal: bob@$realm\$" -- mit klist
expect "principal: alice@$realm" "principal: bob@$realm" -- mit klist -A
expect '!.' -- mit kswitch -p alice
expect "^Default principal: alice@$realm\$" -- mit klist
expect "^$one@$realm: kvno = [0-9]+\$" -- mit kvno "$one"
expect " $one@$realm\$" -- mit klist

step "Heimdal sees what MIT stored"
expect "Credentials cache: KCM:$me\$" "Principal: alice@$realm\$" " $tgt\$" " $one@$realm\$" -- \
  heimdal klist
expect "^\* alice@$realm +KCM:$me " "^  bob@$realm +KCM:$me:" -- heimdal klist --list-all

step "a credential that MIT stored reaches Heimdal byte by byte"
mit kvno --out-cache "FILE:$work/by-mit" "$tgt" "$one" >/dev/null
heimdal copy_cred_cache "KCM:$me" "FILE:$work/by-heimdal"
expect_same_credential "$one@$realm" "$work/by-mit" "$work/by-heimdal"
expect_same_credential "$tgt" "$work/by-mit" "$work/by-heimdal"

step "Heimdal gets a service's ticket with MIT's, and MIT sees it"
expect '!.' -- heimdal kgetcred "$two"
expect " $one@$realm\$" " $two@$realm\$" -- mit klist

step "one that never was in the server comes back from it byte by byte, through both"
expect '!.' -- heimdal kgetcred --no-store --out-cache="FILE:$work/outside" "$three"
expect "!$three" -- mit klist
expect '!.' -- heimdal copy_cred_cache "FILE:$work/outside" "KCM:$me:copied"
expect "principal: alice@$realm" " $three@$realm\$" "!$one" -- mit klist "KCM:$me:copied"
mit kvno -c "KCM:$me:copied" --out-cache "FILE:$work/back" "$three" >/dev/null
expect_same_credential "$three@$realm" "$work/outside" "$work/back"

step "Heimdal: kinit, kswitch; MIT sees each"
expect '!.' -- heimdal_kinit carol
expect "^Default principal: carol@$realm\$" " $tgt\$" -- mit klist
expect "principal: alice@$realm" "principal: bob@$realm" "principal: carol@$realm" -- mit klist -A
expect '!.' -- heimdal kswitch -p bob
expect "^Default principal: bob@$realm\$" -- mit klist
expect '!.' -- heimdal kswitch -p alice

step "sixteen at once"
at_once=()
for i in $(seq 16); do
  mit kinit -c "KCM:$me:at-once-$i" alice <"$work/password" >"$work/kinit-$i.log" 2>&1 &
  at_once+=($!)
done
for process in "${at_once[@]}"; do
  wait "$process" || fail "one of sixteen kinit ended with $?"
done
[ "$(mit klist -l | grep -c "^alice@$realm .*KCM:$me:at-once-")" = 16 ] || fail "$(mit klist -l)"
for i in $(seq 16); do
  expect " $tgt\$" -- mit klist "KCM:$me:at-once-$i"
done

step "tickets of both open their service's door, without a KDC"
stop "$kdc" || true
expect "^$one@$realm: .*keytab entry valid\$" "^$two@$realm: .*keytab entry valid\$" -- \
  mit kvno -k "$work/keytab" "$one" "$two"
expect '!.' -- heimdal kgetcred --cached-only "$one"
expect_failure 'not found' -- heimdal kgetcred --cached-only "$three"

step "each destroys what the other made"
expect '!.' -- heimdal kdestroy --credential="$one"
expect "!$one" " $two@$realm\$" -- mit klist
expect '!.' -- heimdal kdestroy
expect '!alice.*KCM:[0-9]+ ' "bob@$realm" "carol@$realm" -- heimdal klist --list-all
expect '!.' -- mit kdestroy -A
expect_failure '!.' -- mit klist -A
expect '!@' -- heimdal klist --list-all
start_kdc
expect 'Password for alice@' -- mit_kinit alice
expect '!.' -- heimdal_kinit bob
expect '!.' -- heimdal kdestroy -A
expect_failure '!.' -- mit klist -A

step "the server is as well as before"
stop "$ccapid" || fail "costrand-ccapid ended with $?"
