# Checks that an installation is refused, and with which words. Unless the case is about something else, the consumer's
# Boost differs from that of the installation.

include(${CMAKE_CURRENT_LIST_DIR}/consumer_project.cmake)

set(private ${WORK_DIR}/${NAME}-private)
if(COMPONENTS)
  make_private_folder(${private})
else()
  file(WRITE ${private}/include/boost/config.hpp "")
  file(WRITE ${private}/include/boost/version.hpp "#define BOOST_VERSION 107300\n#define BOOST_LIB_VERSION \"1_73\"\n")
endif()
configure_consumer(installed ${private})
if(result EQUAL 0)
  message(FATAL_ERROR "The installation must be refused, but it isn't:\n${output}")
endif()
# CMake may break the lines of messages anywhere.
string(REGEX REPLACE "[ \n]+" " " output "${output}")
if(NOT output MATCHES "${EXPECT}")
  message(FATAL_ERROR "'${EXPECT}' isn't said, but:\n${output}")
endif()
