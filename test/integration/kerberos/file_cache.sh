# SPDX-License-Identifier: Apache-2.0
# Sourced: reads file caches of version 4, so that a credential can be compared byte by byte without
# either family's words for it. Their credentials are encoded as KCM's are (kcm.md 2).

# Readers of $hex from $at on, both counted in digits.
take_number() { # of so many bytes, to $number
  number=$((16#${hex:at:2*$1}))
  at=$((at + 2 * $1))
}
take_data() { # to $text
  local end character
  text=
  take_number 4
  for ((end = at + 2 * number; at < end; at += 2)); do
    printf -v character '%b' "\\x${hex:at:2}"
    text+=$character
  done
}
skip_data() {
  take_number 4
  at=$((at + 2 * number))
}
skip_list() { # of addresses, or of authorization data
  local count
  take_number 4
  count=$number
  for ((i = 0; i < count; ++i)); do
    take_number 2
    skip_data
  done
}
take_principal() { # to $text
  local count of_realm name=""
  take_number 4 # the name's type
  take_number 4
  count=$number
  take_data
  of_realm=$text
  for ((i = 0; i < count; ++i)); do
    take_data
    name+=${name:+/}$text
  done
  text=$name@$of_realm
}

# The credentials in file $1, one a line: the server, then all bytes in hexadecimal. With "api" for $2
# without what Heimdal 7.8 does not take from a CCAPI library: the types of the names, which no cache
# of that kind has, and the newest of the flags (enc-pa-rep).
credentials() {
  local hex at number text begin server flags
  hex=$(od -An -v -tx1 "$1" | tr -d ' \n')
  [ "${hex:0:4}" = 0504 ] || fail "$1 is no file cache of version 4"
  at=4
  take_number 2
  at=$((at + 2 * number)) # the header's tags
  take_principal
  while [ "$at" -lt "${#hex}" ]; do
    begin=$at
    take_principal
    take_principal
    server=$text
    [ "${2:-}" != api ] || begin=$at
    take_number 2
    skip_data                 # the key
    at=$((at + 2 * (16 + 1))) # times, is_skey
    flags=$at
    at=$((at + 2 * 4))
    skip_list
    skip_list
    skip_data # the ticket
    skip_data # the second one
    if [ "${2:-}" = api ]; then
      number=$((16#${hex:flags:8} & ~0x10000))
      echo "$server ${hex:begin:flags-begin}$(printf '%08x' $number)${hex:flags+8:at-flags-8}"
    else
      echo "$server ${hex:begin:at-begin}"
    fi
  done
}

# Server $1 has one credential in file $2 and one in file $3, and they are the same. $4: as $2 of
# credentials.
expect_same_credential() {
  local one other
  one=$(credentials "$2" "${4:-}" | grep -F "$1 ") || fail "no credential of $1 in $2"
  other=$(credentials "$3" "${4:-}" | grep -F "$1 ") || fail "no credential of $1 in $3"
  [ "$(wc -l <<<"$one")" = 1 ] || fail "several credentials of $1 in $2"
  [ "${#one}" -gt 500 ] || fail "the credential of $1 in $2 is too short to hold a ticket: $one"
  [ "$one" = "$other" ] || fail "credentials of $1 differ:"$'\n'"$one"$'\n'"$other"
}
