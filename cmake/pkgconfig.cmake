# SPDX-License-Identifier: Apache-2.0
# costrand.pc and costrand-sim.pc, made of what the targets say. They find their headers and
# archives from where they lie themselves, so that an installed tree can be moved.

# Appends the archives behind `target`, users before those they use: one pass of a linker is enough.
function(costrand_link_order target into)
  set(order)
  get_target_property(links ${target} INTERFACE_LINK_LIBRARIES)
  foreach(link IN LISTS links)
    if(link MATCHES "^costrand_[a-z]+$")
      costrand_link_order(${link} below)
      list(REMOVE_ITEM order ${below})
      list(APPEND order ${below})
    endif()
  endforeach()
  get_target_property(type ${target} TYPE)
  if(type STREQUAL STATIC_LIBRARY)
    list(PREPEND order ${target})
  endif()
  set(${into} ${order} PARENT_SCOPE)
endfunction()

costrand_link_order(costrand archives)
list(TRANSFORM archives PREPEND -l)
list(JOIN archives " " pc_archives)

get_target_property(flags costrand_boost INTERFACE_COMPILE_DEFINITIONS)
list(TRANSFORM flags PREPEND -D)
foreach(folder IN LISTS Boost_INCLUDE_DIRS)
  if(NOT folder IN_LIST CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES)
    list(APPEND flags -I${folder})
  endif()
endforeach()
list(JOIN flags " " pc_flags)

cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX
           BASE_DIRECTORY ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig OUTPUT_VARIABLE pc_up)
foreach(name costrand costrand-sim)
  configure_file(${CMAKE_CURRENT_LIST_DIR}/${name}.pc.in ${CMAKE_CURRENT_BINARY_DIR}/${name}.pc
                 @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${name}.pc
          DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT dev)
endforeach()
