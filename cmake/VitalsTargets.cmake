# Functions that make the targets of vitals. What all targets have in common is here.

include(CMakePackageConfigHelpers)
include(${CMAKE_CURRENT_LIST_DIR}/VitalsPkgConfig.cmake)

# Needed only to compile vitals, not to link it, so they stay out of the exported targets.
set(vitals_header_only_dependencies Boost::headers nlohmann_json::nlohmann_json)

# The libraries of vitals::vitals.
set(vitals_default_libraries core http server lifecycle)

# vitals_find_optional(<option> <package> [<version>])
#
# Finds a package unless the option is OFF. Afterwards the option is ON or OFF in this directory and below. The reasons
# for missing parts are stored for vitals_print_parts().
macro(vitals_find_optional option package)
  vitals_resolve_option(${option})
  if(${option} STREQUAL "OFF")
    vitals_leave_out(${option} "${option} is OFF")
  else()
    find_package(${package} ${ARGN} QUIET)
    # Unset if CMAKE_DISABLE_FIND_PACKAGE_<package> is ON.
    if(${package}_FOUND)
      set(${option} ON)
    elseif(${option} STREQUAL "AUTO")
      set(${option} OFF)
      if(CMAKE_DISABLE_FIND_PACKAGE_${package})
        vitals_leave_out(${option} "CMAKE_DISABLE_FIND_PACKAGE_${package} is ON")
      else()
        string(JOIN " " wanted ${package} ${ARGN})
        vitals_leave_out(${option} "${wanted} was not found")
      endif()
    else()
      string(JOIN " " wanted ${package} ${ARGN})
      message(FATAL_ERROR "${option} is ON, but ${wanted} was not found. "
                          "Install its development files or set ${option} to OFF.")
    endif()
  endif()
endmacro()

# Sets the option to ON, OFF or AUTO in the caller's scope.
function(vitals_resolve_option option)
  string(TOUPPER "${${option}}" value)
  if(value MATCHES "^(ON|TRUE|YES|Y|1)$")
    set(value ON)
  elseif(value MATCHES "^(OFF|FALSE|NO|N|0|)$")
    set(value OFF)
  elseif(NOT value STREQUAL "AUTO")
    message(FATAL_ERROR "${option} is '${${option}}', but must be ON, OFF or AUTO.")
  endif()
  set(${option} ${value} PARENT_SCOPE)
endfunction()

function(vitals_leave_out option reason)
  string(REGEX REPLACE "^VITALS_WITH_" "" part ${option})
  string(TOLOWER ${part} part)
  set_property(GLOBAL APPEND PROPERTY VITALS_LEFT_OUT "${part} (${reason})")
endfunction()

# Prints which optional parts are built, and why the others aren't, in one line.
function(vitals_print_parts)
  get_property(parts GLOBAL PROPERTY VITALS_PARTS)
  list(SORT parts)
  list(JOIN parts ", " line)
  get_property(left_out GLOBAL PROPERTY VITALS_LEFT_OUT)
  if(left_out)
    list(JOIN left_out ", " left_out)
    string(APPEND line "; without ${left_out}")
  endif()
  message(STATUS "vitals ${vitals_VERSION} with ${line}")
endfunction()

# No -Wrestrict: when g++ 12 optimises, it warns of an overlapping copy in `"text" + std::string` (GCC bug 105651).
function(vitals_set_warnings target)
  target_compile_options(
    ${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
                      $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>
                      $<$<BOOL:${VITALS_WERROR}>:-Werror>)
endfunction()

# vitals_prefer_small(<name> EXCEPT <source> ...)
#
# Optimises a library for size, except for the sources on the path of usual requests and frequent calls. The others run
# at set-up, after a change, once per run of a check, or for a new kind of request.
# A unity build compiles sources together only if they have no options of their own, so it does without.
function(vitals_prefer_small name)
  if(CMAKE_UNITY_BUILD)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "EXCEPT")
  get_target_property(sources vitals_${name} SOURCES)
  list(FILTER sources INCLUDE REGEX "\\.cpp$")
  list(REMOVE_ITEM sources ${arg_EXCEPT})
  set_property(SOURCE ${sources} APPEND PROPERTY COMPILE_OPTIONS $<$<CONFIG:Release,RelWithDebInfo>:-Os>)
endfunction()

# The version script lets a shared library export its own names only.
function(vitals_export_own_symbols target)
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "SHARED_LIBRARY")
    set(script ${vitals_SOURCE_DIR}/cmake/vitals.map)
    target_link_options(${target} PRIVATE LINKER:--version-script=${script})
    set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${script})
  endif()
endfunction()

# vitals_add_library(<name> [STATIC] [DESCRIPTION text] [SOURCES a.cpp ...] [HEADERS vitals/a.hpp ...]
#                    [PUBLIC libs ...] [PRIVATE libs ...])
#
# Adds the target vitals_<name> with the alias vitals::<name>; without sources it is an INTERFACE library. HEADERS are
# its public headers, relative to include/. With STATIC it stays static under BUILD_SHARED_LIBS. The libraries of the
# default package form one package component. Each other one is an optional component with a DESCRIPTION.
function(vitals_add_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "STATIC" "DESCRIPTION" "SOURCES;HEADERS;PUBLIC;PRIVATE")
  set(target vitals_${name})
  set(scope PUBLIC)
  set(type "")
  if(arg_STATIC)
    set(type STATIC)
  endif()
  if(NOT arg_SOURCES)
    set(scope INTERFACE)
    add_library(${target} INTERFACE)
  else()
    add_library(${target} ${type} ${arg_SOURCES})
    target_include_directories(${target} PRIVATE ${vitals_SOURCE_DIR}/src)
    vitals_set_warnings(${target})
    # So that a program linked with --gc-sections contains only what it uses.
    target_compile_options(${target} PRIVATE -ffunction-sections -fdata-sections)
    # $ORIGIN: shared libraries find each other in their own folder.
    set_target_properties(
      ${target} PROPERTIES CXX_EXTENSIONS OFF VERSION ${vitals_VERSION}
                           SOVERSION ${vitals_VERSION_MAJOR}.${vitals_VERSION_MINOR} INSTALL_RPATH $ORIGIN)
    # The application may link a static vitals into a shared library.
    if(NOT DEFINED CMAKE_POSITION_INDEPENDENT_CODE)
      set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
    endif()
    vitals_export_own_symbols(${target})
  endif()
  add_library(vitals::${name} ALIAS ${target})
  target_compile_features(${target} ${scope} cxx_std_20)

  list(TRANSFORM arg_HEADERS PREPEND ${vitals_SOURCE_DIR}/include/)
  target_sources(${target} ${scope} FILE_SET HEADERS BASE_DIRS ${vitals_SOURCE_DIR}/include FILES ${arg_HEADERS})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name} VERIFY_INTERFACE_HEADER_SETS ${VITALS_BUILD_TESTS})

  target_link_libraries(${target} ${scope} ${arg_PUBLIC})
  foreach(library IN LISTS arg_PRIVATE)
    if(library IN_LIST vitals_header_only_dependencies)
      set(library $<BUILD_INTERFACE:${library}>)
    endif()
    target_link_libraries(${target} PRIVATE ${library})
  endforeach()

  set(component vitals)
  if(NOT name IN_LIST vitals_default_libraries AND NOT name STREQUAL "vitals")
    set(component ${name})
    set_property(GLOBAL APPEND PROPERTY VITALS_PARTS ${name})
    set_target_properties(${target} PROPERTIES VITALS_DESCRIPTION "${arg_DESCRIPTION}")
  endif()
  if(VITALS_INSTALL)
    vitals_install_library(${name} ${component})
  elseif(NOT PROJECT_IS_TOP_LEVEL AND NOT component STREQUAL "vitals")
    # As a subproject, optional parts are built only if something links them.
    set_target_properties(${target} PROPERTIES EXCLUDE_FROM_ALL ON)
  endif()
endfunction()

function(vitals_install_library name component)
  set_property(GLOBAL APPEND PROPERTY VITALS_COMPONENTS ${component})
  install(
    TARGETS vitals_${name}
    EXPORT vitals-${component}-targets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
    FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
endfunction()

# Installs the files for find_package(vitals). Call it once, after all libraries.
function(vitals_install_package)
  set(folder ${CMAKE_INSTALL_LIBDIR}/cmake/vitals)
  get_property(components GLOBAL PROPERTY VITALS_COMPONENTS)
  list(REMOVE_DUPLICATES components)
  foreach(component IN LISTS components)
    install(
      EXPORT vitals-${component}-targets
      NAMESPACE vitals::
      DESTINATION ${folder})
  endforeach()

  # The layout of Asio's types differs between versions, and a static vitals shares a program with the application's
  # Boost.
  set(vitals_exact_boost ${Boost_VERSION_STRING})
  set(vitals_is_shared FALSE)
  get_target_property(type vitals_core TYPE)
  if(type STREQUAL "SHARED_LIBRARY")
    set(vitals_is_shared TRUE)
  endif()
  configure_package_config_file(cmake/vitalsConfig.cmake.in ${vitals_BINARY_DIR}/vitalsConfig.cmake
                                INSTALL_DESTINATION ${folder})
  write_basic_package_version_file(${vitals_BINARY_DIR}/vitalsConfigVersion.cmake COMPATIBILITY SameMinorVersion)
  install(FILES ${vitals_BINARY_DIR}/vitalsConfig.cmake ${vitals_BINARY_DIR}/vitalsConfigVersion.cmake
                ${vitals_SOURCE_DIR}/cmake/FindMariaDB.cmake DESTINATION ${folder})
  vitals_install_pkg_config()
endfunction()

# Adds an executable that isn't installed.
function(vitals_add_executable name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINK")
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINK})
  target_compile_features(${name} PRIVATE cxx_std_20)
  set_target_properties(${name} PROPERTIES CXX_EXTENSIONS OFF)
  vitals_set_warnings(${name})
endfunction()

# VITALS_TEST_COMPILE_OPTIONS applies only to tests and examples, and comes last. Under AddressSanitizer, optimising
# them doubles the compile time, and debug information for locals adds a sixth.
function(vitals_build_quickly target)
  target_compile_options(${target} PRIVATE ${VITALS_TEST_COMPILE_OPTIONS})
  if(VITALS_LLD)
    target_link_options(${target} PRIVATE -fuse-ld=lld)
  endif()
endfunction()

# vitals_add_example(<name> SOURCES a.cpp ... [LINK libs ...])
function(vitals_add_example name)
  vitals_add_executable(${name} ${ARGN})
  vitals_build_quickly(${name})
endfunction()
