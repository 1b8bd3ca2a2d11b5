# SPDX-License-Identifier: Apache-2.0
# costrand_warnings: linked privately by every target of ours, never exported.
add_library(costrand_warnings INTERFACE)
target_compile_options(costrand_warnings INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wshadow -Wconversion>
  # GCC 12 at -O2 takes Asio's allocation of an inlined coroutine frame for a mismatched one, and
  # finds overflows in the copying of vectors that are inlined into such frames.
  $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-Wno-mismatched-new-delete>
  $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-Wno-stringop-overflow>
  $<$<AND:$<BOOL:${COSTRAND_WERROR}>,$<COMPILE_LANGUAGE:CXX>>:-Werror>)
