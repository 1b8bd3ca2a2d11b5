# SPDX-License-Identifier: Apache-2.0
# costrand_component(NAME <name> [SOURCES ...] [LINK ...] [PRIVATE_LINK ...])
#
# A component is include/costrand/<name>/*.hpp (public, installed) and src/*.cpp (private).
# With no sources it is a header-only INTERFACE library. The headers are listed in HEADERS,
# relative to include/.
function(costrand_component)
  cmake_parse_arguments(arg "" "NAME" "SOURCES;HEADERS;LINK;PRIVATE_LINK" ${ARGN})
  set(target costrand_${arg_NAME})
  if(arg_SOURCES)
    add_library(${target} STATIC ${arg_SOURCES})
    set(scope PUBLIC)
    target_link_libraries(${target}
      PRIVATE $<BUILD_INTERFACE:costrand_warnings> $<BUILD_INTERFACE:costrand_sanitizers>
              ${arg_PRIVATE_LINK})
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  if(COSTRAND_PCH AND arg_SOURCES)
    costrand_position_independent(${target}) # as core is, whose header they use
    if(arg_NAME STREQUAL core)
      target_precompile_headers(${target} PRIVATE <boost/asio/awaitable.hpp>
        <boost/asio/co_spawn.hpp> <boost/asio/deferred.hpp> <boost/asio/io_context.hpp>
        <boost/asio/experimental/parallel_group.hpp> <boost/asio/use_awaitable.hpp>)
    else()
      target_precompile_headers(${target} REUSE_FROM costrand_core)
    endif()
  endif()
  add_library(costrand::${arg_NAME} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${arg_NAME})
  list(TRANSFORM arg_HEADERS PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/include/)
  target_sources(${target} ${scope} FILE_SET HEADERS
                 BASE_DIRS ${CMAKE_CURRENT_SOURCE_DIR}/include FILES ${arg_HEADERS})
  target_compile_features(${target} ${scope} cxx_std_20)
  target_link_libraries(${target} ${scope} ${arg_LINK})
  install(TARGETS ${target} EXPORT costrandTargets
          ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev
          FILE_SET HEADERS COMPONENT dev)
  set_property(GLOBAL APPEND PROPERTY COSTRAND_PUBLIC_HEADERS ${arg_HEADERS})
endfunction()

# costrand_test(NAME <name> SOURCES ... [LINK ...] [COST <seconds>]): one doctest binary, registered
# with CTest. The long ones tell their cost: CTest begins with those.
function(costrand_test)
  cmake_parse_arguments(arg "" "NAME;COST" "SOURCES;LINK" ${ARGN})
  add_executable(${arg_NAME} ${arg_SOURCES})
  target_link_libraries(${arg_NAME} PRIVATE costrand_test_support ${arg_LINK}
                                            costrand_warnings costrand_sanitizers)
  # What is tested is optimised as it ships; the tests' own sources are most of the compile time.
  # No generator expression for the sanitizers: their list has a comma.
  if(COSTRAND_SANITIZE)
    target_compile_options(${arg_NAME} PRIVATE -Og)
    if(CMAKE_CXX_COMPILER_ID STREQUAL GNU) # a call for each check: a fifth less to compile
      target_compile_options(${arg_NAME} PRIVATE
        "SHELL:--param asan-instrumentation-with-call-threshold=0")
    endif()
  else()
    target_compile_options(${arg_NAME} PRIVATE $<$<CONFIG:Release>:-Og>)
  endif()
  add_test(NAME ${arg_NAME} COMMAND ${arg_NAME})
  set_tests_properties(${arg_NAME} PROPERTIES TIMEOUT 600)
  if(arg_COST)
    set_tests_properties(${arg_NAME} PROPERTIES COST ${arg_COST})
  endif()
endfunction()

# For a library whose code may go into a shared one, too. Nobody replaces our functions there, so
# the compiler may inline them as in a program.
function(costrand_position_independent target)
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fno-semantic-interposition>)
endfunction()
