#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# completion.sh FOLDER: what bash offers for the programs with the completions in
# FOLDER/bash, and whether zsh can read those in FOLDER/zsh, where there is a zsh.
set -euo pipefail
folder=$1

fail() {
  echo "completion: $*" >&2
  exit 1
}
for program in costrand costrand-activate costrand-ccapid costrand-lmsd; do
  . "$folder/bash/$program"
done

# $1: what must be offered, as one line; then the command line, its last word being completed
offers() {
  local wanted=$1 function
  shift
  COMP_WORDS=("$@")
  COMP_CWORD=$(($# - 1))
  function=$(complete -p "$1" | sed 's/.*-F \([^ ]*\) .*/\1/')
  "$function" || true # as it is when nothing fits
  [ "${COMPREPLY[*]}" = "$wanted" ] || fail "\"$*\" offers \"${COMPREPLY[*]}\", not \"$wanted\""
}
offers amtinfo costrand amt
offers version costrand --json vers
offers "--provisioningState" costrand amtinfo --prov
offers "" costrand version --prov
offers "debug" costrand amtinfo --log-level d
offers "debug" costrand amtinfo --log-level = d
offers "lms lme" costrand-activate --transport lm
offers "diagnostics" costrand diag
offers "json" costrand diagnostics wsman get --all --format j
offers "--profile" costrand activate --prof
offers "--profile" costrand-activate activate -u ws://host --prof
offers "maintenance" costrand main
offers "--newamtpassword" costrand maintenance changepassword --new
offers "--force" costrand deactivate -u ws://host --for
offers "" costrand-activate --password ""
offers "--device" costrand-lmsd --dev
offers "error" costrand-lmsd --log-level e
offers "--status" costrand-ccapid --stat
offers "warn" costrand-ccapid --log-level w
offers "" costrand-ccapid --idle-exit 6
offers "" costrand configure tls --eaA # not in this version

if command -v zsh >/dev/null; then
  for program in costrand costrand-activate costrand-ccapid costrand-lmsd; do
    zsh -n "$folder/zsh/_$program" || fail "zsh cannot read _$program"
  done
fi
echo "completion: passed"
