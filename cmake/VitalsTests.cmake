# How tests are compiled and run. VitalsTargets.cmake has the rest.

# What all code of tests is compiled with. Unless it has options of its own, the target uses the precompiled headers that
# tests/CMakeLists.txt lists.
# Under CMAKE_UNITY_BUILD several sources of a target are compiled as one, which instantiates the templates of GoogleTest
# once for all of them.
function(vitals_compile_as_test target own_options)
  vitals_build_quickly(${target})
  target_include_directories(${target} PRIVATE ${vitals_SOURCE_DIR}/include ${vitals_SOURCE_DIR}/src
                                               ${vitals_SOURCE_DIR}/tests)
  if(NOT own_options)
    target_precompile_headers(${target} REUSE_FROM vitals_test_headers)
  endif()
endfunction()

# vitals_add_test_objects(<name> SOURCES a.cpp ... [LINK libs ...])
#
# Compiles tests once for several programs, which link them as $<TARGET_OBJECTS:name>.
function(vitals_add_test_objects name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINK")
  add_library(${name} OBJECT ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINK} GTest::gmock)
  target_compile_features(${name} PRIVATE cxx_std_20)
  set_target_properties(${name} PROPERTIES CXX_EXTENSIONS OFF)
  vitals_set_warnings(${name})
  vitals_compile_as_test(${name} FALSE)
endfunction()

# vitals_add_test(<name> SOURCES a.cpp ... [LINK libs ...] [LABEL label] [PROPERTIES name value ...]
#                 [TOGETHER | ONE_BY_ONE] [NOT_FOR_TSAN] [OWN_OPTIONS])
#
# Adds a GoogleTest program and has its tests run, labelled with the folder of tests/ that it is in unless another label
# is given. With NOT_FOR_TSAN it isn't built for ThreadSanitizer, which would find nothing, or nothing true. OWN_OPTIONS
# are compile options that the precompiled headers don't have; vitals_run_tests has the rest.
function(vitals_add_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "TOGETHER;ONE_BY_ONE;NOT_FOR_TSAN;OWN_OPTIONS" "LABEL" "SOURCES;LINK;PROPERTIES")
  vitals_add_executable(${name} SOURCES ${arg_SOURCES} LINK ${arg_LINK})
  target_link_libraries(${name} PRIVATE GTest::gmock_main)
  vitals_compile_as_test(${name} ${arg_OWN_OPTIONS})
  add_dependencies(vitals_tests ${name})
  cmake_path(RELATIVE_PATH CMAKE_CURRENT_SOURCE_DIR BASE_DIRECTORY ${vitals_SOURCE_DIR}/tests OUTPUT_VARIABLE label)
  string(REGEX REPLACE "/.*" "" label "${label}")
  if(arg_LABEL)
    set(label ${arg_LABEL})
  endif()
  if(label STREQUAL "unit")
    add_dependencies(vitals_unit_tests ${name})
  endif()
  if(label MATCHES "^(unit|integration|concurrency)$" AND NOT arg_NOT_FOR_TSAN)
    add_dependencies(vitals_thread_tests ${name})
  endif()
  set(how "")
  foreach(flag IN ITEMS TOGETHER ONE_BY_ONE)
    if(arg_${flag})
      set(how ${flag})
    endif()
  endforeach()
  vitals_run_tests(${name} ${name} ${how} PROPERTIES LABELS ${label} ${arg_PROPERTIES})
endfunction()

# vitals_run_tests(<program> <name> [TOGETHER | ONE_BY_ONE] [PROPERTIES name value ...])
#
# Has ctest run each test of a GoogleTest program in a process of its own, as <name>.Suite.Test. TOGETHER they run in
# one, as <name>: the program writes test_programs/<name>.xml, for tests/run.sh to count. VITALS_TEST_WHOLE_PROGRAMS
# does so with all that needn't run ONE_BY_ONE. Either way, a program that isn't built has no tests.
function(vitals_run_tests program name)
  cmake_parse_arguments(PARSE_ARGV 2 arg "TOGETHER;ONE_BY_ONE" "" "PROPERTIES")
  if(arg_ONE_BY_ONE OR NOT (arg_TOGETHER OR VITALS_TEST_WHOLE_PROGRAMS))
    gtest_discover_tests(
      ${program}
      TEST_PREFIX ${name}.
      TEST_LIST ${name}_list
      DISCOVERY_MODE PRE_TEST
      DISCOVERY_TIMEOUT 60
      PROPERTIES TIMEOUT 120 ${arg_PROPERTIES})
    return()
  endif()
  # What takes long begins first.
  list(JOIN arg_PROPERTIES "]] [[" properties)
  set(script ${CMAKE_CURRENT_BINARY_DIR}/${name}_together.cmake)
  file(
    GENERATE
    OUTPUT ${script}
    CONTENT
      "if(EXISTS [[$<TARGET_FILE:${program}>]])
  add_test([[${name}]] [[$<TARGET_FILE:${program}>]] --gtest_brief=1
           [[--gtest_output=xml:${vitals_BINARY_DIR}/test_programs/${name}.xml]])
  set_tests_properties([[${name}]] PROPERTIES TIMEOUT 900 COST 100 [[${properties}]])
endif()
")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${script})
endfunction()
