# Builds the programs of our documents with the installation, by find_package or, if PKG_CONFIG is given, with the
# output of pkg-config. Runs each program until it has served and was stopped by SIGTERM.

cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/consumer_project.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/pkg_config_folders.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/readme/extract_programs.cmake)

set(folder ${WORK_DIR}/${NAME}-programs)
extract_programs(${folder} ${VITALS_SOURCE_DIR}/README.md ${VITALS_SOURCE_DIR}/examples/12_lifecycle/README.md)

function(compile source output)
  execute_process(COMMAND ${COMPILER} -std=c++20 -Wall -Wextra -Werror ${CMAKE_CURRENT_LIST_DIR}/readme/${source} -o
                          ${output} ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()
compile(announce.cpp ${folder}/announce.so -shared -fPIC)
compile(run_program.cpp ${folder}/run_program)

macro(build_by_cmake)
  set(private ${WORK_DIR}/${NAME}-private)
  make_private_folder(${private})
  configure_consumer(readme ${private} -D PROGRAMS=${folder})
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "The documents' projects can't be configured:\n${output}")
  endif()
  execute_process(COMMAND ${CMAKE_COMMAND} --build ${build} --parallel 2 --target consumers COMMAND_ERROR_IS_FATAL ANY)
  set(executables ${build}/programs)
endmacro()

macro(build_by_pkg_config)
  use_installed_pkg_config_files()
  set(executables ${folder}/executables)
  file(MAKE_DIRECTORY ${executables})
  foreach(program IN LISTS programs)
    list(TRANSFORM ${program}_components PREPEND vitals- OUTPUT_VARIABLE packages)
    execute_process(
      COMMAND ${PKG_CONFIG} --cflags --libs vitals ${packages}
      OUTPUT_VARIABLE flags
      OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    separate_arguments(flags UNIX_COMMAND "${FLAGS} ${flags}")
    # Boost has no pkg-config package.
    set(include_folders -I${BOOST_FOLDER})
    if(${program}_include_folder)
      list(APPEND include_folders -I${${program}_include_folder})
    endif()
    execute_process(COMMAND ${COMPILER} -std=c++20 ${include_folders} ${folder}/${program}/main.cpp -o
                            ${executables}/${program} ${flags} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
  endforeach()
endmacro()

if(PKG_CONFIG)
  build_by_pkg_config()
else()
  build_by_cmake()
endif()

foreach(program IN LISTS programs)
  file(READ ${folder}/${program}/main.cpp text)
  set(kind worker)
  if(text MATCHES "Server server")
    set(kind server)
  endif()
  message(STATUS "${program} (${kind})")
  set(executable ${executables}/${program})
  execute_process(COMMAND ${folder}/run_program ${folder}/announce.so ${executable} ${kind} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
