# Builds the example project that tests its checks, with the installation, and runs its tests.

include(${CMAKE_CURRENT_LIST_DIR}/consumer_project.cmake)

set(private ${WORK_DIR}/${NAME}-private)
make_private_folder(${private})
configure_consumer(../../examples/testing_your_checks ${private})
if(NOT result EQUAL 0)
  message(FATAL_ERROR "The example can't be configured:\n${output}")
endif()

execute_process(COMMAND ${CMAKE_COMMAND} --build ${build} --parallel 2 RESULT_VARIABLE result OUTPUT_VARIABLE output
                ERROR_VARIABLE output)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "The example can't be built:\n${output}")
endif()

execute_process(COMMAND ${CMAKE_CTEST_COMMAND} --test-dir ${build} --output-on-failure --no-tests=error
                RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "The example's tests fail:\n${output}")
endif()
