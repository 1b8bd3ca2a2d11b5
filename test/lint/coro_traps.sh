#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Finds the coroutine traps that a text search can find (docs/coroutine-traps.md): what GCC 12 and
# Asio 1.26 accept and get wrong. Arguments: files to check; without any, all sources of the tree.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ $# -eq 0 ]; then
  cd "$here/../.."
  mapfile -t files < <(git ls-files -co --exclude-standard '*.hpp' '*.cpp')
  set -- "${files[@]}"
fi
exec perl "$here/coro_traps.pl" "$@"
