# The libraries compile several sources at a time, as those do who build vitals as a part of their own project with
# CMAKE_UNITY_BUILD: no two sources may define the same name for themselves.

set(folder ${WORK_DIR}/${NAME})
file(REMOVE_RECURSE ${folder})
execute_process(
  COMMAND
    ${CMAKE_COMMAND} -S ${VITALS_SOURCE_DIR} -B ${folder} -G ${GENERATOR} -D CMAKE_UNITY_BUILD=ON
    -D CMAKE_UNITY_BUILD_BATCH_SIZE=0 -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}
    -D CMAKE_CXX_FLAGS=${FLAGS} -D CMAKE_BUILD_TYPE=${BUILD_TYPE} -D VITALS_BUILD_TESTS=OFF -D VITALS_BUILD_EXAMPLES=OFF
    -D VITALS_INSTALL=OFF COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
execute_process(COMMAND ${CMAKE_COMMAND} --build ${folder} COMMAND_ERROR_IS_FATAL ANY)
