#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# manual.sh PROGRAM PAGE.gz [COMMAND...]: each option that the program's help names, or that of its
# commands, stands in its manual page,
# and those who read such pages find nothing to complain about (mandoc and man, where they are).
set -euo pipefail
program=$1 page=$2
shift 2

fail() {
  echo "manual: $page: $1" >&2
  exit 1
}

text=$(zcat "$page" | sed 's/\\-/-/g; s/\\f[BIR]//g')
help() {
  "$program" --help
  for command in "$@"; do
    "$program" "$command" --help
  done
}
options=$(help "$@" | grep -oE -- '(^|[^[:alnum:]-])--[[:alpha:]][[:alnum:]-]*' |
  grep -oE -- '--.*' | sort -u)
[ -n "$options" ] || fail "the help names no options"
for option in $options; do
  grep -qE -- "(^|[^[:alnum:]-])$option([^[:alnum:]-]|\$)" <<<"$text" || fail "$option is missing"
done

said=
if command -v mandoc >/dev/null; then
  said+=$(zcat "$page" | mandoc -Tlint -W warning 2>&1 || true)
fi
if command -v man >/dev/null && command -v groff >/dev/null; then
  said+=$(LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -l "$page" 2>&1 >/dev/null || true)
fi
[ -z "$said" ] || fail "$said"
echo "manual: $(wc -w <<<"$options") options of $(basename "$program") stand in its page"
