# For Windows from Linux, with MinGW: g++-mingw-w64-x86-64-posix of Debian and Ubuntu. Its programs run in
# Wine, where that is installed (wine and wine64, the latter of which alone is not in PATH); elsewhere
# CMakeLists.txt leaves the tests out.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
# The one with std::thread; its sister "win32" has none.
set(CMAKE_CXX_COMPILER x86_64-w64-mingw32-g++-posix)
set(CMAKE_FIND_ROOT_PATH /usr/x86_64-w64-mingw32)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
find_program(WINE NAMES wine64 wine PATHS /usr/lib/wine DOC "Runs programs for Windows, for tests")
if(WINE)
    set(CMAKE_CROSSCOMPILING_EMULATOR ${WINE})
endif()
