# Builds and runs programs with nothing but the compiler and the output of pkg-config, and checks that each installed
# library belongs to a package.

include(${CMAKE_CURRENT_LIST_DIR}/pkg_config_folders.cmake)

function(build_and_run source packages)
  execute_process(
    COMMAND ${PKG_CONFIG} --cflags --libs ${packages}
    OUTPUT_VARIABLE flags
    OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  if(flags MATCHES "[Bb]oost|nlohmann|-std=")
    message(FATAL_ERROR "pkg-config tells what it should keep to itself: ${flags}")
  endif()
  separate_arguments(flags UNIX_COMMAND "${FLAGS} ${flags}")
  set(program ${WORK_DIR}/${NAME}-program)
  execute_process(COMMAND ${COMPILER} -std=c++20 ${ARGN} ${CMAKE_CURRENT_LIST_DIR}/${source} -o ${program} ${flags}
                          COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND ${program} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

use_installed_pkg_config_files()

# vitals.pc has all libraries of the default package; each other library has a package of its own.
file(GLOB libraries ${lib_folder}/libvitals_*.a ${lib_folder}/libvitals_*.so)
if(NOT libraries)
  message(FATAL_ERROR "No library is installed in ${lib_folder}.")
endif()
foreach(library IN LISTS libraries)
  cmake_path(GET library STEM library)
  string(REGEX REPLACE "^libvitals_" "" library ${library})
  set(package vitals)
  if(EXISTS ${pc_folder}/vitals-${library}.pc)
    set(package vitals-${library})
  endif()
  execute_process(COMMAND ${PKG_CONFIG} --libs-only-l ${package} OUTPUT_VARIABLE flags COMMAND_ERROR_IS_FATAL ANY)
  if(NOT " ${flags}" MATCHES " -lvitals_${library}[ \n]")
    message(FATAL_ERROR "libvitals_${library} is installed, but ${package}.pc doesn't name it, only: ${flags}")
  endif()
endforeach()

execute_process(COMMAND ${PKG_CONFIG} --variable=boost_version vitals OUTPUT_VARIABLE boost_version
                OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
if(NOT boost_version STREQUAL "${BOOST_IN_STATIC}")
  message(FATAL_ERROR "boost_version is '${boost_version}', not '${BOOST_IN_STATIC}'")
endif()

build_and_run(main.cpp vitals)
separate_arguments(COMPONENTS)
foreach(component IN LISTS COMPONENTS)
  string(TOUPPER ${component} macro)
  build_and_run(installed/components.cpp vitals-${component} -D WITH_${macro})
endforeach()
