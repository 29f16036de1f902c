# Makes the target `doctest_header`: the system's doctest, or one header of a pinned release. Where
# neither can be had, the target is not made and the reason is printed.
find_path(DOCTEST_INCLUDE_DIR doctest/doctest.h)
if(NOT DOCTEST_INCLUDE_DIR AND CMAKE_CROSSCOMPILING)
    # It is one header for all systems, so that of the machine that builds will do; not the folder that
    # it lies in, whose other headers are that machine's own.
    find_file(DOCTEST_HEADER doctest/doctest.h NO_CMAKE_FIND_ROOT_PATH
        PATHS /usr/include /usr/local/include)
    if(DOCTEST_HEADER)
        set(DOCTEST_INCLUDE_DIR ${CMAKE_BINARY_DIR}/doctest/include
            CACHE PATH "Folder of doctest/doctest.h" FORCE)
        file(COPY ${DOCTEST_HEADER} DESTINATION ${DOCTEST_INCLUDE_DIR}/doctest)
    endif()
endif()
if(NOT DOCTEST_INCLUDE_DIR)
    set(folder ${CMAKE_BINARY_DIR}/doctest-2.4.11)
    set(hash 44faa038e9c3f9728efbda143748d01124ea0a27f4bf78f35a15d8fab2e039fb)
    set(header ${folder}/include/doctest/doctest.h)
    if(NOT EXISTS ${header})
        set(url https://raw.githubusercontent.com/doctest/doctest/v2.4.11/doctest/doctest.h)
        file(DOWNLOAD ${url} ${folder}/download STATUS status TIMEOUT 60)
        list(GET status 0 failed)
        if(failed)
            list(GET status 1 reason)
            message(WARNING "core_tests are left out: doctest is not there, and ${url} cannot be "
                "had: ${reason}. On Debian and Ubuntu: sudo apt install doctest-dev")
            return()
        endif()
        file(SHA256 ${folder}/download found)
        if(NOT found STREQUAL hash)
            message(FATAL_ERROR "${url} is not what it was: SHA-256 ${found} instead of ${hash}.")
        endif()
        file(MAKE_DIRECTORY ${folder}/include/doctest)
        file(RENAME ${folder}/download ${header})
    endif()
    set(DOCTEST_INCLUDE_DIR ${folder}/include CACHE PATH "Folder of doctest/doctest.h" FORCE)
endif()

add_library(doctest_header INTERFACE)
target_include_directories(doctest_header SYSTEM INTERFACE ${DOCTEST_INCLUDE_DIR})
# Its macros count with __COUNTER__, which clang calls an extension from version 22 on.
include(CheckCXXCompilerFlag)
check_cxx_compiler_flag(-Wc2y-extensions SIDEMAN_HAS_C2Y_WARNING)
if(SIDEMAN_HAS_C2Y_WARNING)
    target_compile_options(doctest_header INTERFACE -Wno-c2y-extensions)
endif()
