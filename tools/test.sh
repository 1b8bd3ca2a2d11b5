#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Sets up, builds and runs all tests. Arguments go to ctest (for example: -R apf).
# COSTRAND_PRESET chooses another preset than release, COSTRAND_JOBS how many compilers run at once
# (as many as there are processors).
set -euo pipefail
cd "$(dirname "$0")/.."

tools/setup.sh
preset=${COSTRAND_PRESET:-release}
cmake --preset "$preset"
cmake --build --preset "$preset" --parallel "${COSTRAND_JOBS:-$(nproc)}"
ctest --preset "$preset" "$@"
