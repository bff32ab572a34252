# Configures vitals itself with and without its optional parts, and checks what it prints about them, in one line.

include(${CMAKE_CURRENT_LIST_DIR}/consumer_project.cmake)

set(private ${WORK_DIR}/${NAME}-private)
make_private_folder(${private})

macro(configure)
  configure_consumer(../.. ${private} -D VITALS_BUILD_TESTS=OFF -D VITALS_BUILD_EXAMPLES=OFF ${ARGN})
  string(REGEX REPLACE "[ \n]+" " " words "${output}")
endmacro()

function(expect_parts line absent)
  configure(${ARGN})
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "With ${ARGN} vitals can't be configured:\n${output}")
  endif()
  if(NOT output MATCHES "\n-- vitals [0-9.]+ with ${line}\n")
    message(FATAL_ERROR "With ${ARGN} it must say 'with ${line}', but says:\n${output}")
  endif()
  foreach(part IN LISTS absent)
    if(EXISTS ${build}/vitals-${part}.pc)
      message(FATAL_ERROR "With ${ARGN} vitals-${part}.pc is made all the same.")
    endif()
  endforeach()
endfunction()

function(expect_refusal text)
  configure(${ARGN})
  if(result EQUAL 0 OR NOT words MATCHES "${text}")
    message(FATAL_ERROR "With ${ARGN} it must be refused with '${text}', but:\n${output}")
  endif()
endfunction()

if(THERE STREQUAL "checks page probe systemd grpc mysql postgres prometheus sqlite tls ")
  expect_parts("asio, beast, checks, grpc, mysql, page, postgres, probe, prometheus, sqlite, systemd, testing, tls" "")
endif()
set(no_grpc "CMAKE_DISABLE_FIND_PACKAGE_gRPC")
set(no_mysql "CMAKE_DISABLE_FIND_PACKAGE_MariaDB")
set(no_postgres "CMAKE_DISABLE_FIND_PACKAGE_PostgreSQL")
set(no_prometheus "CMAKE_DISABLE_FIND_PACKAGE_prometheus-cpp")
set(no_sqlite "CMAKE_DISABLE_FIND_PACKAGE_SQLite3")
set(no_tls "CMAKE_DISABLE_FIND_PACKAGE_OpenSSL")
expect_parts("asio, beast, checks, page, probe, systemd, testing; without grpc \\(${no_grpc} is ON\\), mysql \\(${no_mysql} is ON\\), postgres \\(${no_postgres} is ON\\), \
prometheus \\(${no_prometheus} is ON\\), sqlite \\(${no_sqlite} is ON\\), tls \\(${no_tls} is ON\\)" "grpc;mysql;postgres;prometheus;sqlite;tls" -D ${no_tls}=ON -D ${no_grpc}=ON -D ${no_mysql}=ON
             -D ${no_postgres}=ON -D ${no_prometheus}=ON -D ${no_sqlite}=ON)
# Headers are searched for in the private folder only, as on a machine without libpq.
set(not_found "PostgreSQL was not found")
expect_parts("asio, beast, checks, page, probe, systemd, testing; without grpc \\(VITALS_WITH_GRPC is OFF\\), mysql \\(MariaDB 3\\.3 was not found\\), postgres \\(${not_found}\\), \
prometheus \\(VITALS_WITH_PROMETHEUS is OFF\\), sqlite \\(VITALS_WITH_SQLITE is OFF\\), tls \\(VITALS_WITH_TLS is OFF\\)" "grpc;mysql;postgres;prometheus;sqlite;tls"
             -D VITALS_WITH_GRPC=OFF -D VITALS_WITH_PROMETHEUS=OFF -D VITALS_WITH_TLS=OFF
             -D CMAKE_FIND_ROOT_PATH=${private} -D CMAKE_FIND_ROOT_PATH_MODE_INCLUDE=ONLY
             -D VITALS_WITH_SQLITE=OFF)
expect_refusal("VITALS_WITH_POSTGRES is ON, but PostgreSQL was not found" -D VITALS_WITH_POSTGRES=ON
               -D ${no_postgres}=ON)
expect_refusal("VITALS_WITH_SQLITE is 'maybe', but must be ON, OFF or AUTO" -D VITALS_WITH_SQLITE=maybe)
