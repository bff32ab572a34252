# Builds and runs programs with nothing but the compiler and what pkg-config says.

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

file(GLOB folders ${WORK_DIR}/prefix/lib*/pkgconfig ${WORK_DIR}/prefix/lib/*/pkgconfig)
cmake_path(GET folders PARENT_PATH libraries)
set(ENV{PKG_CONFIG_PATH} ${folders})
set(ENV{LD_LIBRARY_PATH} ${libraries})

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
