# SPDX-License-Identifier: Apache-2.0
# Debian packages: costrand (programs), costrand-lmsd, costrand-ccapid, libcostrand-krb5cc0 and its
# -dev, libcostrand-dev, costrand-amtsim.
# tools/package.sh makes them. What only Debian wants in a package is left out of a plain `cmake --install`.
install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT runtime)
install(FILES apps/activate/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR}
        RENAME costrand-activate.md COMPONENT runtime)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT licence) # Debian has its own

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_VENDOR "costrand maintainers")
set(CPACK_PACKAGE_CONTACT
    "costrand maintainers <maintainers@users.noreply.r-seed-e61f5622.example>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "") # each package has its own
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_SOURCE costrand)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

# What policy asks of every package's folder in share/doc.
find_program(COSTRAND_GZIP gzip REQUIRED)
string(TIMESTAMP changelog_date "%a, %d %b %Y %H:%M:%S +0000" UTC) # SOURCE_DATE_EPOCH, where set
set(docs ${CMAKE_CURRENT_BINARY_DIR}/packaging)
configure_file(packaging/changelog.in ${docs}/changelog.Debian.in)
add_custom_command(OUTPUT ${docs}/changelog.gz ${docs}/changelog.Debian.gz
  COMMAND ${CMAKE_COMMAND} -E copy ${PROJECT_SOURCE_DIR}/CHANGELOG.md ${docs}/changelog
  COMMAND ${CMAKE_COMMAND} -E copy ${docs}/changelog.Debian.in ${docs}/changelog.Debian
  COMMAND ${COSTRAND_GZIP} -9nf ${docs}/changelog ${docs}/changelog.Debian
  DEPENDS ${PROJECT_SOURCE_DIR}/CHANGELOG.md ${docs}/changelog.Debian.in VERBATIM)
add_custom_target(package_docs ALL DEPENDS ${docs}/changelog.gz)

# costrand_package(<component> NAME <package> SECTION <section> DESCRIPTION <text>
#                  [DEPENDS <list>] [SUGGESTS <list>]): the first line of the text is the summary.
macro(costrand_package component)
  cmake_parse_arguments(arg "" "NAME;SECTION;DESCRIPTION;DEPENDS;SUGGESTS" "" ${ARGN})
  string(TOUPPER ${component} upper)
  list(APPEND CPACK_COMPONENTS_ALL ${component})
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${arg_NAME})
  set(CPACK_DEBIAN_${upper}_PACKAGE_SECTION ${arg_SECTION})
  set(CPACK_DEBIAN_${upper}_PACKAGE_DEPENDS "${arg_DEPENDS}")
  set(CPACK_DEBIAN_${upper}_PACKAGE_SUGGESTS "${arg_SUGGESTS}")
  set(CPACK_COMPONENT_${upper}_DESCRIPTION "${arg_DESCRIPTION}")
  install(FILES packaging/copyright ${docs}/changelog.gz ${docs}/changelog.Debian.gz
          DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/doc/${arg_NAME}
          COMPONENT ${component} EXCLUDE_FROM_ALL)
endmacro()

set(CPACK_COMPONENTS_ALL)
costrand_package(runtime NAME costrand SECTION admin SUGGESTS costrand-amtsim DESCRIPTION
"activates Intel AMT through a provisioning server
costrand-activate activates Intel AMT on a PC in client control mode, through
a Remote Provisioning Server (RPS): over the Local Management Service where
there is one, and in-band over the kernel's management engine device where
there is none. costrand tells what AMT is on a PC and how it is set up.")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SHLIBDEPS ON)

costrand_package(lmsd NAME costrand-lmsd SECTION admin SUGGESTS costrand DESCRIPTION
"local management service for Intel AMT
costrand-lmsd listens on the ports 16992 and 16993 of the machine itself and
carries connections to Intel AMT over the kernel's management engine device,
so that tools that expect a Local Management Service (LMS) find one.")
set(CPACK_DEBIAN_LMSD_PACKAGE_SHLIBDEPS ON)
set(lmsd_scripts ${PROJECT_SOURCE_DIR}/packaging/lmsd)
set(CPACK_DEBIAN_LMSD_PACKAGE_CONTROL_EXTRA
    ${lmsd_scripts}/postinst ${lmsd_scripts}/prerm ${lmsd_scripts}/postrm)

costrand_package(ccapid NAME costrand-ccapid SECTION net DESCRIPTION
"Kerberos credential caches of one user, in memory
costrand-ccapid keeps the Kerberos credential caches of the user who runs it,
for programs that speak the credential cache API (CCAPI) and for stock MIT and
Heimdal programs that speak KCM. It can also be one server of the latter for
all users.")
set(CPACK_DEBIAN_CCAPID_PACKAGE_SHLIBDEPS ON)
set(ccapid_scripts ${PROJECT_SOURCE_DIR}/packaging/ccapid)
set(CPACK_DEBIAN_CCAPID_PACKAGE_CONTROL_EXTRA
    ${ccapid_scripts}/postinst ${ccapid_scripts}/prerm ${ccapid_scripts}/postrm)

# Loaded by its name in a krb5.conf, or linked. Alone it is of no use.
costrand_package(krb5cc NAME libcostrand-krb5cc0 SECTION libs
  DEPENDS "costrand-ccapid (= ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})" DESCRIPTION
"credential cache API (CCAPI) of Kerberos, client library
libcostrand_krb5cc lets programs use the Kerberos credential caches that
costrand-ccapid keeps in memory: Heimdal's as ccapi_library of a krb5.conf,
others as they link it.")
set(CPACK_DEBIAN_KRB5CC_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_KRB5CC_PACKAGE_CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/packaging/krb5cc/triggers)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)

costrand_package(krb5cc_dev NAME libcostrand-krb5cc-dev SECTION libdevel
  DEPENDS "libcostrand-krb5cc0 (= ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})" DESCRIPTION
"credential cache API (CCAPI) of Kerberos, development files
CredentialsCache.h for C and C++, CMake package and pkg-config file of
libcostrand_krb5cc.")

# Of all Boosts the one that the archives hold parts of, see costrandConfig.cmake.in.
costrand_package(dev NAME libcostrand-dev SECTION libdevel SUGGESTS costrand-amtsim
  DEPENDS "libboost${Boost_VERSION_MAJOR}.${Boost_VERSION_MINOR}-dev, libssl-dev (>= 3.0)"
  DESCRIPTION
"management channels of a machine as awaitable C++20 streams
Static libraries, headers, CMake package and pkg-config files of costrand:
HECI, LME, LMS and websocket as streams for Boost.Asio coroutines, the AMT
protocols APF and WS-Management, the session with a provisioning server, and
a simulated AMT device for tests.")

costrand_package(amtsim NAME costrand-amtsim SECTION devel SUGGESTS costrand DESCRIPTION
"simulated Intel AMT devices for any program
costrand-amtsim runs an unmodified program on a machine that seems to have a
management engine device, or offers simulated devices as sockets, with the
faults that were ordered. A small provisioning server is part of it.")
set(CPACK_DEBIAN_AMTSIM_PACKAGE_SHLIBDEPS ON)

include(CPack)
