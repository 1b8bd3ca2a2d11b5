#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Line coverage of the device path: what of mei_linux.cpp runs when programs meet a simulated device
# over the true open, ioctl, read, write and poll calls. Prints the lines that never ran.
set -euo pipefail
cd "$(dirname "$0")/.."
build=build/coverage
objects=transports/CMakeFiles/costrand_transports.dir/src

tools/setup.sh
cmake --preset coverage
cmake --build --preset coverage --parallel "${COSTRAND_JOBS:-$(nproc)}" --target device_test
find "$build" -name '*.gcda' -delete
"$build/test/unit/device/device_test" --test-case='*mei driver*'
cd "$build"
gcov --object-directory "$objects" "$objects/mei_linux.cpp.gcno" | grep -A1 "mei_linux.cpp'"
grep '#####' mei_linux.cpp.gcov || echo "every line ran"
