#!/usr/bin/env bash
# Builds the release, starts the example server, and serves until Ctrl-C. Installs what it needs on Debian 12.
set -euo pipefail
working_folder=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  cat <<'TEXT'
Usage: examples/run.sh [--check | SERVER-OPTION...]

  (nothing)       the application on port 8000, its health on port 8080, until Ctrl-C
  SERVER-OPTION   passed to the server, as in --port 9000 or --database postgresql://...; --help lists them
  --check         starts the server on free ports with a temporary database, requests its health, and stops it
TEXT
}

build() {
  # shellcheck source=tests/support/packages.sh
  source tests/support/packages.sh
  install_packages "${build_packages[@]}"
  cmake --preset release >/dev/null
  cmake --build --preset release --target vitals-example-server
}

server=build/release/examples/server/vitals-example-server

# Requests one path of the server and prints the answer. Succeeds if the status is the expected one.
ask() {
  local url=$1 expected=$2 status
  status=$(curl --silent --show-error --max-time 2 --output "$folder/body" --write-out '%{http_code}' "$url") || return 1
  printf '%s %s\n' "$status" "$url"
  head -n 20 "$folder/body" | sed 's/^/    /'
  echo
  [[ $status == "$expected" ]]
}

# Prints the URL that the server printed after the word. Waits at most 20 s, and only while the server runs.
printed_url() {
  local turn url
  for ((turn = 0; turn < 200; ++turn)); do
    url=$(sed -n "s/.*$1: *\(http:[^ ]*\).*/\1/p" "$folder/log" | head -n 1)
    if [[ $url ]]; then
      echo "$url"
      return 0
    fi
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  echo "The server didn't print a URL for '$1'. It printed:" >&2
  cat "$folder/log" >&2
  return 1
}

stop_server() {
  [[ ${pid-} ]] && kill -TERM "$pid" 2>/dev/null && wait "$pid"
  rm -rf "$folder"
}

check() {
  folder=$(mktemp -d)
  trap stop_server EXIT
  "$server" --port 0 --health-port 0 --drain-seconds 0 --database "sqlite:$folder/notes.db" >"$folder/log" 2>&1 &
  pid=$!

  local health base verdict=0 turn path
  health=$(printed_url health)
  base=${health%/*}
  # The server is ready once its startup check has passed.
  for ((turn = 0; turn < 100; ++turn)); do
    [[ $(curl --silent --max-time 2 --output /dev/null --write-out '%{http_code}' "$base/ready") == 200 ]] && break
    sleep 0.1
  done
  for path in /healthz /ready /startup /health /metrics; do
    ask "$base$path" 200 || verdict=1
  done

  kill -TERM "$pid"
  wait "$pid" || {
    echo "The server ended with status $?" >&2
    verdict=1
  }
  pid=
  if ((verdict == 0)); then echo "The example server works."; else echo "The example server doesn't work." >&2; fi
  return $verdict
}

case "${1-}" in
  --check)
    (($# == 1)) || {
      usage >&2
      exit 2
    }
    build
    check
    ;;
  -h | --help)
    usage
    if [[ -x $server ]]; then exec "$server" --help; fi
    ;;
  *)
    build
    # The server replaces this script, so that it gets Ctrl-C and SIGTERM itself. Its paths are relative to the caller's
    # folder.
    server=$PWD/$server
    cd "$working_folder"
    exec "$server" "$@"
    ;;
esac
