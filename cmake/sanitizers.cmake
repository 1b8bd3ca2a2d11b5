# SPDX-License-Identifier: Apache-2.0
# costrand_sanitizers: flags of COSTRAND_SANITIZE for a compiler; linked privately.
#
# Asio recycles coroutine frames, which hides a read of a finished frame's local
# from AddressSanitizer; the macro switches the recycling off. It changes inline
# code of Asio, so it must reach every object of a build alike: it is set globally.
add_library(costrand_sanitizers INTERFACE)
if(COSTRAND_SANITIZE)
  set(flags -fsanitize=${COSTRAND_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  if(COSTRAND_SANITIZE MATCHES undefined)
    # Near half of a sanitizer build's time goes into these, which add a branch to every use of a
    # pointer. AddressSanitizer stops at what they would find; bytes of a wire are never cast.
    list(APPEND flags -fno-sanitize=null,alignment,object-size,vptr,pointer-overflow)
  endif()
  if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
    list(APPEND flags -fno-sanitize=function) # Clang 14 cannot assemble coroutines with it
  elseif(COSTRAND_SANITIZE MATCHES thread)
    list(APPEND flags -Wno-tsan) # GCC warns of the fences in Asio
  endif()
  add_compile_options(${flags})
  add_link_options(-fsanitize=${COSTRAND_SANITIZE})
  add_compile_definitions(BOOST_ASIO_DISABLE_AWAITABLE_FRAME_RECYCLING)
endif()
