# For macOS from any system, with zig, which brings the system's headers along (pip install ziglang): to
# learn whether the code compiles and links there. What comes out is not signed, and not for users.

# zig 0.17 crashes where it is to link a bundle, which externals are when Apple's linker makes them.
# CMake sets that in project(), so this file is read once more behind it.
if(CMAKE_CXX_COMPILER_LOADED)
    set(CMAKE_SHARED_MODULE_CREATE_CXX_FLAGS -shared)
    return()
endif()
set(CMAKE_PROJECT_INCLUDE ${CMAKE_CURRENT_LIST_FILE})

set(CMAKE_SYSTEM_NAME Darwin)
set(SIDEMAN_ZIG_PROCESSOR aarch64 CACHE STRING "aarch64 or x86_64")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES SIDEMAN_ZIG_PROCESSOR)
set(CMAKE_SYSTEM_PROCESSOR ${SIDEMAN_ZIG_PROCESSOR})
find_program(SIDEMAN_ZIG NAMES zig python-zig DOC "zig, which compiles for macOS")
if(NOT SIDEMAN_ZIG)
    message(FATAL_ERROR "zig is not there: pip install ziglang, with its bin folder in PATH.")
endif()
set(CMAKE_CXX_COMPILER ${SIDEMAN_ZIG} c++ -target ${SIDEMAN_ZIG_PROCESSOR}-macos.11.0)
