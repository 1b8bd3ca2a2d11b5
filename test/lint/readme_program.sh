#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The program in the README is the one that CI builds.
set -euo pipefail
cd "$(dirname "$0")/../.."
diff <(sed -n '/^```cpp$/,/^```$/p' README.md | sed '1d;$d') <(sed 1d test/package/lme_get.cpp) || {
  echo "README.md and test/package/lme_get.cpp show different programs"
  exit 1
}
