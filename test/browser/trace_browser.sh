#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Shows the pages of trace_pages to a headless Chromium: no error on its console, the arrows of the
# trace in the DOM and in their places, nothing wider than the screen on a phone and on a desk, dark
# where the reader wants it, hostile words as text. Argument: the folder with the pages.
# 77: there is no Chromium (an error when COSTRAND_REQUIRE_BROWSER is set).
set -euo pipefail
folder=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)

browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
if [ -z "$browser" ]; then
  echo "no chromium: the page is not tested"
  [ -z "${COSTRAND_REQUIRE_BROWSER:-}" ] && exit 77
  exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
  echo "trace_browser: $*" >&2
  exit 1
}

# The DOM of a URL goes to $work/dom, what the console said to $work/console.
show() {
  local url=$1
  shift
  HOME=$work timeout 100 "$browser" --headless=new --hide-scrollbars --no-sandbox --disable-gpu \
    --disable-dev-shm-usage --no-first-run --disable-background-networking \
    --allow-file-access-from-files --user-data-dir="$work/profile" \
    --enable-logging=stderr --v=0 --virtual-time-budget=5000 \
    "$@" --dump-dom "$url" >"$work/dom" 2>"$work/log" || fail "$url: the browser ended with $?"
  grep -a 'CONSOLE' "$work/log" >"$work/console" || true
  [ ! -s "$work/console" ] || fail "$url: on the console: $(cat "$work/console")"
  [ -s "$work/dom" ] || fail "$url: an empty DOM"
}

arrows() { grep -o "data-from=\"$1\" data-to=\"$2\"" "$work/dom" | wc -l; }
in_trace() { grep -c "\"from\":\"$2\",\"to\":\"$3\"" "$folder/$1.jsonl" || true; }
measured() { sed -n "s/.*>probe: .*\b$1=\([^ <]*\).*/\1/p" "$work/dom"; }
expect() {
  local got
  got=$(measured "$1")
  [ "$got" = "$2" ] || fail "$page at $width: $1 is \"$got\", not \"$2\""
}

for page in plain faults tunnel; do
  show "file://$folder/$page.html"
  for pair in "rps client" "client rps" "client amt" "amt client"; do
    read -r from to <<<"$pair"
    got=$(arrows "$from" "$to") want=$(in_trace "$page" "$from" "$to")
    [ "$got" = "$want" ] || fail "$page: $got arrows from $from to $to, not $want"
    [ "$want" -gt 0 ] || fail "$page: nothing went from $from to $to"
  done
  ! grep -qi '<script\|<img\|onerror="' "$work/dom" || fail "$page: a peer's words are markup"
done

show "file://$folder/plain.html"
grep -q 'IPS_<wbr>HostBasedSetupService Setup' "$work/dom" || fail "no Setup in the DOM"
show "file://$folder/tunnel.html"
grep -q '(ClientHello)' "$work/dom" || fail "no ClientHello in the DOM"
show "file://$folder/faults.html"
grep -q "&lt;/script&gt;&lt;script&gt;" "$work/dom" || fail "the hostile words are not shown"
grep -q 'k-retry' "$work/dom" && grep -q 'k-fault' "$work/dom" || fail "no marks in the DOM"

for page in plain faults tunnel; do
  for width in 320 390 1280; do
    for scheme in light dark; do
      flags=()
      [ $scheme = light ] || flags=(--force-dark-mode --blink-settings=preferredColorScheme=0)
      show "file://$here/probe.html?$folder/$page.html@$width" ${flags[@]+"${flags[@]}"}
      expect overflow 0
      expect past 0
      expect wrong 0
      expect scripts 0
      expect images 0
      expect title Activation_trace
      expect dark "$([ $scheme = dark ] && echo true || echo false)"
      expect opened "$(measured hidden)"
      [ "$(measured shown)" -gt 50 ] || fail "$page: $(measured shown) arrows are shown"
      [ $page = tunnel ] || expect paths 2
    done
  done
  echo "$page: $(measured shown) arrows shown, $(measured hidden) behind the switch"
done
