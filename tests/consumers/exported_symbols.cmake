# Checks that the installed shared libraries export the names of vitals and nothing of the libraries inside.

file(GLOB libraries ${WORK_DIR}/prefix/lib*/libvitals_*.so ${WORK_DIR}/prefix/lib/*/libvitals_*.so)
if(NOT libraries MATCHES "libvitals_server\\.so")
  message(FATAL_ERROR "The shared libraries aren't there, only: ${libraries}")
endif()
set(all "")
foreach(library IN LISTS libraries)
  execute_process(COMMAND ${NM} --dynamic --demangle ${library} OUTPUT_VARIABLE symbols OUTPUT_STRIP_TRAILING_WHITESPACE
                          COMMAND_ERROR_IS_FATAL ANY)
  string(REPLACE ";" "," symbols "${symbols}")
  string(REPLACE "\n" ";" symbols "${symbols}")
  string(APPEND all "${symbols}")

  set(strangers ${symbols})
  list(FILTER strangers INCLUDE REGEX "boost::|nlohmann")
  # Defined symbols (all but "U" and "w") must begin with our namespace, perhaps after "vtable for" or the like.
  list(FILTER symbols INCLUDE REGEX "^[0-9a-f]+ ")
  list(FILTER symbols EXCLUDE REGEX "^[0-9a-f]+ . ([a-z -]+ for )?vitals::")
  list(APPEND strangers ${symbols})
  if(strangers)
    list(JOIN strangers "\n" strangers)
    message(FATAL_ERROR "${library} exports what isn't its own:\n${strangers}")
  endif()
endforeach()
if(NOT all MATCHES " T vitals::v1::HealthServer::start\\(\\)")
  message(FATAL_ERROR "HealthServer::start() isn't exported.")
endif()
