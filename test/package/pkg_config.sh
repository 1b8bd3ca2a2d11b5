#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The programs of this folder by a bare compiler and pkg-config, into the caller's folder. All but
# the last have static libraries only: with and without --static is the same.
set -eu
here=$(dirname "$0")
c++ -std=c++20 "$here/lme_get.cpp" -o lme_get $(pkg-config --cflags --libs --static costrand)
c++ -std=c++20 "$here/sim_get.cpp" -o sim_get $(pkg-config --cflags --libs costrand-sim)
cc -std=c99 "$here/ccache_names.c" -o ccache_names $(pkg-config --cflags --libs costrand-krb5cc)
