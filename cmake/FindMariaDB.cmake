# Finds libmariadb, the client library of MariaDB and MySQL, as MariaDB::MariaDB. Beside vitalsConfig.cmake it serves
# applications, too.

find_path(MariaDB_INCLUDE_DIR mariadb_version.h PATH_SUFFIXES mariadb mysql)
find_library(MariaDB_LIBRARY mariadb PATH_SUFFIXES mariadb)
mark_as_advanced(MariaDB_INCLUDE_DIR MariaDB_LIBRARY)

set(MariaDB_VERSION "")
if(MariaDB_INCLUDE_DIR)
  file(STRINGS ${MariaDB_INCLUDE_DIR}/mariadb_version.h MariaDB_VERSION REGEX "define MARIADB_PACKAGE_VERSION ")
  string(REGEX MATCH "[0-9]+\\.[0-9]+\\.[0-9]+" MariaDB_VERSION "${MariaDB_VERSION}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  MariaDB
  REQUIRED_VARS MariaDB_LIBRARY MariaDB_INCLUDE_DIR
  VERSION_VAR MariaDB_VERSION)

if(MariaDB_FOUND AND NOT TARGET MariaDB::MariaDB)
  add_library(MariaDB::MariaDB UNKNOWN IMPORTED)
  set_target_properties(MariaDB::MariaDB PROPERTIES IMPORTED_LOCATION ${MariaDB_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES
                                                                                         ${MariaDB_INCLUDE_DIR})
endif()
