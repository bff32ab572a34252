# Functions that the tests of consumer projects share.

# Fills ${folder} with this Boost, this nlohmann_json, and a header that reveals who can see the folder.
function(make_private_folder folder)
  file(REMOVE_RECURSE ${folder})
  file(MAKE_DIRECTORY ${folder}/include)
  file(CREATE_LINK ${BOOST_FOLDER}/boost ${folder}/include/boost SYMBOLIC)
  file(CREATE_LINK ${NLOHMANN_FOLDER}/nlohmann ${folder}/include/nlohmann SYMBOLIC)
  file(WRITE ${folder}/include/vitals_private_folder.hpp "")
  file(
    WRITE ${folder}/nlohmann_jsonConfig.cmake
    "add_library(nlohmann_json::nlohmann_json INTERFACE IMPORTED)
     target_include_directories(nlohmann_json::nlohmann_json INTERFACE ${folder}/include)\n")
  file(WRITE ${folder}/nlohmann_jsonConfigVersion.cmake "set(PACKAGE_VERSION_COMPATIBLE TRUE)\n")
endfunction()

# Configures tests/consumers/<project> with the compiler of the main build. Sets `result`, `output` and `build`.
macro(configure_consumer project boost_root)
  set(build ${WORK_DIR}/${NAME}-build)
  file(REMOVE_RECURSE ${build})
  execute_process(
    COMMAND
      ${CMAKE_COMMAND} -G ${GENERATOR} -S ${CMAKE_CURRENT_LIST_DIR}/${project} -B ${build}
      -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER} -D CMAKE_CXX_FLAGS=${FLAGS}
      -D CMAKE_BUILD_TYPE=${BUILD_TYPE} -D CMAKE_CXX_FLAGS_DEBUG= -D CMAKE_EXPORT_COMPILE_COMMANDS=ON
      -D BOOST_ROOT=${boost_root}
      -D Boost_NO_BOOST_CMAKE=ON -D Boost_NO_SYSTEM_PATHS=ON -D nlohmann_json_DIR=${boost_root}
      -D VITALS_SOURCE_DIR=${VITALS_SOURCE_DIR} -D vitals_ROOT=${WORK_DIR}/prefix -D FIND_BOOST_FIRST=${FIND_BOOST_FIRST}
      -D COMPONENTS=${COMPONENTS} -D BOOST_OF_VITALS=${BOOST_OF_VITALS} ${ARGN}
    RESULT_VARIABLE result
    OUTPUT_VARIABLE output
    ERROR_VARIABLE output)
endmacro()
