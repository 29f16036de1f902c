# Run by cpack: lays the archive for Pure Data beside the others a second time, under its name for deken.
foreach(file IN LISTS CPACK_PACKAGE_FILES)
    if(file MATCHES "/sideman-pd-[^/]*$")
        configure_file("${file}" "${CPACK_PACKAGE_DIRECTORY}/${CPACK_SIDEMAN_DEK}" COPYONLY)
        message(STATUS "for deken: ${CPACK_PACKAGE_DIRECTORY}/${CPACK_SIDEMAN_DEK}")
    endif()
endforeach()
