// SPDX-License-Identifier: Apache-2.0
// The same program as C++.
#define WALK(name) name##_cxx
#include "walk.c"
