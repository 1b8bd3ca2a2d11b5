# SPDX-License-Identifier: Apache-2.0
# Installs the targets and the files that find_package(costrand) and pkg-config read.
include(CMakePackageConfigHelpers)
set(dir ${CMAKE_INSTALL_LIBDIR}/cmake/costrand)
install(EXPORT costrandTargets NAMESPACE costrand:: DESTINATION ${dir}
        COMPONENT dev)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/costrandConfig.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/costrandConfig.cmake INSTALL_DESTINATION ${dir})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/costrandConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/costrandConfig.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/costrandConfigVersion.cmake
        DESTINATION ${dir} COMPONENT dev)
include(pkgconfig)
