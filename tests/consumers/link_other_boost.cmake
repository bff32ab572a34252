# Checks that a program doesn't link with vitals::asio if it is compiled with another Boost or another configuration of
# Boost, and that the linker's message names it.

include(${CMAKE_CURRENT_LIST_DIR}/consumer_project.cmake)

set(private ${WORK_DIR}/${NAME}-private)
make_private_folder(${private})
configure_consumer(asio_service ${private} -D OTHER_BOOST=${OTHER_BOOST} -D ASIO_MACRO=${ASIO_MACRO})
if(NOT result EQUAL 0)
  message(FATAL_ERROR "The consumer can't be configured:\n${output}")
endif()

execute_process(COMMAND ${CMAKE_COMMAND} --build ${build} --target consumers RESULT_VARIABLE result
                OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(result EQUAL 0)
  message(FATAL_ERROR "Two kinds of Boost have been linked into one program.")
endif()
if(NOT output MATCHES "undefined reference to .*${EXPECT}")
  message(FATAL_ERROR "The linker doesn't name the version, but says:\n${output}")
endif()
