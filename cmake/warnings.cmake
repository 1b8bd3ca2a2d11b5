# SPDX-License-Identifier: Apache-2.0
# costrand_warnings: linked privately by every target of ours, never exported.
add_library(costrand_warnings INTERFACE)
target_compile_options(costrand_warnings INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wshadow -Wconversion>
  $<$<AND:$<BOOL:${COSTRAND_WERROR}>,$<COMPILE_LANGUAGE:CXX>>:-Werror>)
