# cmake -D INCLUDE=folder -D OUTPUT=folder -P list_headers.cmake
#
# Writes headers_of_vitals.hpp, which includes every header in the folder whose libraries are installed, and
# headers_of_others.hpp, which includes all other headers that those include.

file(GLOB_RECURSE headers RELATIVE ${INCLUDE} ${INCLUDE}/vitals/*.hpp)
list(LENGTH headers count)
if(count LESS 2)
  message(FATAL_ERROR "No headers in ${INCLUDE}/vitals.")
endif()

set(ours "#pragma once\n")
set(others "")
foreach(header IN LISTS headers)
  file(STRINGS ${INCLUDE}/${header} included REGEX "^#include <")
  list(TRANSFORM included REPLACE "^#include <([^>]+)>.*" "\\1")
  list(FILTER included EXCLUDE REGEX "^vitals/")
  list(APPEND others ${included})
  # Boost 1.74 has no cancellation; vitals/asio.hpp works without it.
  list(FILTER included EXCLUDE REGEX "cancellation")
  list(TRANSFORM included REPLACE "(.+)" "__has_include(<\\1>)")
  list(JOIN included " && " is_possible)
  if(is_possible)
    string(APPEND ours "#if ${is_possible}\n#include <${header}>\n#endif\n")
  else()
    string(APPEND ours "#include <${header}>\n")
  endif()
endforeach()
list(REMOVE_DUPLICATES others)
# Boost 1.74 needs <utility> before its own headers.
list(TRANSFORM others REPLACE "(.+)" "#if __has_include(<\\1>)\n#include <\\1>\n#endif")
list(TRANSFORM others REPLACE "(.+cancellation.+)" "#if BOOST_VERSION >= 107700\n\\1\n#endif")
list(JOIN others "\n" others)

file(WRITE ${OUTPUT}/headers_of_vitals.hpp "${ours}")
file(WRITE ${OUTPUT}/headers_of_others.hpp "#pragma once\n#include <utility>\n\n#include <boost/version.hpp>\n\n${others}\n")
