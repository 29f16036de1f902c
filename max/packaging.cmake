# The archives that users unpack: one for Max, one for Pure Data. `cpack` writes them into the build
# folder; each holds one folder, with the external where it was built.
#
# That for Pure Data is written twice: as a .zip, which every system can open, and as the same with the
# name that deken, Pure Data's "Find externals", knows a package by:
# sideman~[vVERSION](SYSTEM-PROCESSOR-FLOATSIZE)….dek. Without an external there is no .dek, for deken
# would take a name without systems for a package that runs on all.
find_package(Python3 3.11 COMPONENTS Interpreter)
if(NOT Python3_FOUND)
    message(STATUS "Packages are left out: the script that writes their content needs Python 3.11.")
    return()
endif()

set(content ${CMAKE_BINARY_DIR}/package)
# Anew, so that no file that is called otherwise by now goes along.
add_custom_target(package_content ALL
    COMMAND ${CMAKE_COMMAND} -E rm -rf ${content}
    COMMAND Python3::Interpreter -m max.patches ${content}
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
    COMMENT "Writing patches, reference page and the rest of the packages"
    VERBATIM)
install(DIRECTORY ${content}/max/ DESTINATION . COMPONENT max)
install(DIRECTORY ${content}/pd/ DESTINATION . COMPONENT pd)
if(TARGET sideman_max)
    install(TARGETS sideman_max DESTINATION sideman/externals COMPONENT max)
endif()
foreach(external sideman_pd sideman_pd_double)
    if(TARGET ${external})
        install(TARGETS ${external} DESTINATION "sideman~" COMPONENT pd)
    endif()
endforeach()

string(TOLOWER ${CMAKE_SYSTEM_NAME} system)
string(REPLACE darwin macos system ${system})
set(CPACK_GENERATOR ZIP)
set(CPACK_PACKAGE_NAME sideman)
set(CPACK_PACKAGE_VERSION ${CMAKE_PROJECT_VERSION})
set(CPACK_INCLUDE_TOPLEVEL_DIRECTORY OFF)
set(CPACK_COMPONENT_INCLUDE_TOPLEVEL_DIRECTORY OFF)
set(CPACK_ARCHIVE_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL max pd)
# Debug information is many times as large as the externals; it stays in the build folder. On macOS
# max/sign.sh strips, before it signs: a signature is that of all bytes.
if(NOT APPLE)
    set(CPACK_STRIP_FILES ON)
endif()
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_ARCHIVE_MAX_FILE_NAME sideman-max-${CMAKE_PROJECT_VERSION}-${system})
set(CPACK_ARCHIVE_PD_FILE_NAME sideman-pd-${CMAKE_PROJECT_VERSION}-${system})
if(SIDEMAN_PD_ARCHITECTURES)
    set(CPACK_SIDEMAN_DEK "sideman~[v${CMAKE_PROJECT_VERSION}]${SIDEMAN_PD_ARCHITECTURES}.dek")
    set(CPACK_POST_BUILD_SCRIPTS ${CMAKE_SOURCE_DIR}/max/name_dek.cmake)
endif()
include(CPack)
