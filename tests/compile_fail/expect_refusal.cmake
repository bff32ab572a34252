# cmake -D COMPILER=... -D SOURCE=... -D INCLUDE=... -D EXPECT=regex [-D PRECOMPILED=...] -P expect_refusal.cmake
#
# A source may select another language standard with a comment "standard when wrong: c++17", and an exact number of
# errors with "errors when wrong: 1".

file(READ ${SOURCE} text)
set(standard c++20)
if(text MATCHES "standard when wrong: (c\\+\\+[0-9]+)")
  set(standard ${CMAKE_MATCH_1})
endif()

set(compile ${COMPILER} -fsyntax-only -I ${INCLUDE} ${SOURCE})
if(PRECOMPILED)
  list(APPEND compile -include ${PRECOMPILED})
endif()
set(ENV{LC_ALL} C)

execute_process(COMMAND ${compile} -std=c++20 RESULT_VARIABLE result ERROR_VARIABLE errors)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "The right form must compile, but it doesn't:\n${errors}")
endif()

execute_process(COMMAND ${compile} -std=${standard} -DWRONG RESULT_VARIABLE result ERROR_VARIABLE errors)
if(result EQUAL 0)
  message(FATAL_ERROR "The wrong form must not compile, but it does.")
endif()
if(NOT errors MATCHES "${EXPECT}")
  message(FATAL_ERROR "The compiler doesn't say '${EXPECT}' but:\n${errors}")
endif()
if(text MATCHES "errors when wrong: ([0-9]+)")
  set(wanted ${CMAKE_MATCH_1})
  string(REGEX MATCHALL "error: " seen "${errors}")
  list(LENGTH seen count)
  if(NOT count EQUAL wanted)
    message(FATAL_ERROR "${wanted} error wanted, ${count} seen:\n${errors}")
  endif()
endif()
