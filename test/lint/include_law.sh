#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Reads the include lines: apps > sim > protocols and transports > core; no protocol knows another
# protocol or a transport; sans-io files know no Asio; heavy libraries stay in few .cpp files.
# Argument: the root to check (default: this tree).
set -euo pipefail
cd "${1:-$(dirname "$0")/../..}"

bad=0
complain() {
  echo "$1"
  bad=1
}

# file, then the pattern of costrand components it may include
check_layer() {
  local folder=$1 allowed=$2 line
  [ -d "$folder" ] || return 0
  while IFS= read -r line; do
    complain "$line: not allowed in $folder/ (only: $allowed)"
  done < <(grep -rnE --include='*.hpp' --include='*.cpp' '^#include <costrand/' "$folder" |
    grep -vE "#include <costrand/($allowed)/" || true)
}
check_layer core 'core'
check_layer transports 'core|transports'
check_layer protocols/apf 'core|apf'
check_layer protocols/wsman 'core|wsman'
check_layer protocols/rps 'core|rps'
check_layer protocols/ccapi 'core|ccapi'
check_layer sim 'core|transports|apf|wsman|rps|sim'

# What a sans-io file is: by its name. They may use buffer.hpp of Asio, and core headers that have
# no Asio in them.
sans_io='(_core|/codec|/messages|_messages|/window|/actions|_actions|/channel_table|/layout|_role|/http_parser|/http_grammar|/http_message|/http_shapes|/bytes|/endian|/secret|/errc|/fault|/namespaces|/call_name|/outcome|/command|/payload|/types|/identifier|/frame)\.hpp$'
free_of_asio='bytes|endian|error|log|random|result|secret'
while IFS= read -r file; do
  while IFS= read -r line; do
    complain "$file:$line: a sans-io file knows no Asio"
  done < <(grep -nE '^#include <(boost/asio|costrand/core)/' "$file" |
    grep -vE "<boost/asio/buffer.hpp>|<costrand/core/($free_of_asio).hpp>" || true)
done < <(find protocols core/include transports/include sim/include -name '*.hpp' 2>/dev/null | grep -E "$sans_io" || true)

# Public headers stay cheap to include.
while IFS= read -r line; do
  complain "$line: a heavy library in a public header"
done < <(grep -rnE '^#include <(boost/(beast|json|property_tree|asio/ssl|program_options)|openssl|yaml-cpp|doctest)' \
  --include='*.hpp' core/include transports/include protocols/*/include sim/include 2>/dev/null || true)

# The firewall: one instantiation of Beast's websocket, one of its HTTP parser, one place for
# PropertyTree.
while IFS= read -r line; do
  complain "$line: only there where the design says"
done < <(grep -rnE '^#include <boost/(beast|property_tree)' --include='*.hpp' --include='*.cpp' \
  core transports protocols sim apps 2>/dev/null |
  grep -vE '^(core/src/boost_beast|transports/src/(http|websocket)|protocols/wsman/src/xml)\.cpp:' || true)

while IFS= read -r line; do
  complain "$line: name the exact header"
done < <(grep -rnE '^#include <boost/(asio|beast|json)\.hpp>' --include='*.hpp' --include='*.cpp' . || true)

exit $bad
