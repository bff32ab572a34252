# vitals_install_pc(<package> DESCRIPTION text LIBRARIES names ... [REQUIRES packages ...] [INSIDE packages ...])
#
# Installs <package>.pc. LIBRARIES are ours, in the order in which they need each other. INSIDE is what they use and
# don't show: who links them statically needs it, too.
function(vitals_install_pc package)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "DESCRIPTION" "LIBRARIES;REQUIRES;INSIDE")
  # Relative to the file itself, so that an installation can be moved.
  set(folder ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
  cmake_path(ABSOLUTE_PATH folder BASE_DIRECTORY ${CMAKE_INSTALL_PREFIX} OUTPUT_VARIABLE full_folder)
  cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX BASE_DIRECTORY ${full_folder} OUTPUT_VARIABLE way_up)
  set(prefix "\${pcfiledir}/${way_up}")
  cmake_path(APPEND libdir "\${prefix}" ${CMAKE_INSTALL_LIBDIR})
  cmake_path(APPEND includedir "\${prefix}" ${CMAKE_INSTALL_INCLUDEDIR})

  set(boost_version "")
  get_target_property(type vitals_core TYPE)
  if(type STREQUAL "SHARED_LIBRARY")
    list(JOIN arg_REQUIRES ", " requires)
    list(JOIN arg_INSIDE ", " requires_private)
  else()
    set(all_required ${arg_REQUIRES} ${arg_INSIDE})
    list(JOIN all_required ", " requires)
    set(requires_private "")
    # Of the static libraries: a host that uses Boost must have the same. `pkg-config --variable=boost_version` tells.
    set(boost_version "boost_version=${Boost_VERSION_STRING}")
  endif()
  list(TRANSFORM arg_LIBRARIES PREPEND -lvitals_)
  list(JOIN arg_LIBRARIES " " libraries)
  configure_file(${vitals_SOURCE_DIR}/cmake/vitals.pc.in ${vitals_BINARY_DIR}/${package}.pc @ONLY)
  install(FILES ${vitals_BINARY_DIR}/${package}.pc DESTINATION ${folder})
endfunction()

# Installs one file for the default package and one for each ready-made check.
function(vitals_install_pkg_config)
  vitals_install_pc(vitals DESCRIPTION "${vitals_DESCRIPTION}" LIBRARIES server http core)
  if(TARGET vitals_postgres)
    vitals_install_pc(
      vitals-postgres
      DESCRIPTION "A ready-made health check of PostgreSQL"
      LIBRARIES postgres
      REQUIRES vitals
      INSIDE libpq)
  endif()
  if(TARGET vitals_sqlite)
    vitals_install_pc(
      vitals-sqlite
      DESCRIPTION "A ready-made health check of SQLite"
      LIBRARIES sqlite
      REQUIRES vitals
      INSIDE sqlite3)
  endif()
endfunction()
