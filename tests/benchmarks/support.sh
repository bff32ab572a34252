# shellcheck shell=bash
# Builds the benchmarks; starts, loads and stops servers; reads their costs. To be sourced by run.sh and gate.sh.

# shellcheck source=tests/support/packages.sh
source tests/support/packages.sh

build=build/benchmarks
declare -A server_job server_pid server_port

fail() {
  echo "$*" >&2
  return 1
}

# Appends a measured value to a file with one "name<TAB>number" per line.
record() { printf '%s\t%s\n' "$1" "$2" >>"$work/measured"; }
measured() { awk -F '\t' -v name="$1" '$1 == name { value = $2 } END { print value }' "$work/measured"; }

calculate() { awk "BEGIN { printf \"%.6g\", $1 }"; }

prepare() {
  work=$(mktemp -d) || return 1
  : >"$work/measured"
  trap 'stop_all; rm -rf "$work"' EXIT
  trap 'exit 130' INT TERM
  ulimit -n "$(ulimit -Hn)"
  programs=$build/tests/benchmarks
  choose_processors
}

# The server gets one processor, and its load another.
choose_processors() {
  local allowed all=() part
  allowed=$(taskset -cp $$ | sed 's/.*: //')
  for part in ${allowed//,/ }; do
    mapfile -t -O "${#all[@]}" all < <(seq "${part%-*}" "${part#*-}")
  done
  server_cpu=${all[0]}
  client_cpu=${all[-1]}
  [[ $server_cpu != "$client_cpu" ]] || echo "There is only one processor: times will be those of a shared one." >&2
}

build_programs() {
  cmake --preset attack -B "$build" -DVITALS_BUILD_TESTS=OFF >"$work/cmake.log" &&
    cmake --build "$build" -j "$(nproc)" --target "$@" >>"$work/cmake.log" 2>&1 && return 0
  tail -n 30 "$work/cmake.log" >&2
  fail "The benchmarks don't build."
}

# Starts a server that prints "port N pid N" once it serves.
start_server() {
  local name=$1 turn
  shift
  : >"$work/$name.out" # remove the line of an earlier server
  taskset -c "$server_cpu" "$@" >"$work/$name.out" 2>"$work/$name.err" </dev/null &
  server_job[$name]=$!
  server_pid[$name]=$!
  for ((turn = 0; turn < 600; ++turn)); do
    if read -r _ "server_port[$name]" _ "server_pid[$name]" <"$work/$name.out"; then return 0; fi
    kill -0 "${server_job[$name]}" 2>/dev/null || break
    sleep 0.05
  done
  server_pid[$name]=${server_job[$name]}
  tail -n 5 "$work/$name.err" >&2
  stop_server "$name"
  fail "$name doesn't start."
}

# Starts a server that prints nothing, on a given port.
start_foreign_server() {
  local name=$1 port=$2 turn
  shift 2
  taskset -c "$server_cpu" "$@" >"$work/$name.out" 2>"$work/$name.err" </dev/null &
  server_job[$name]=$!
  server_pid[$name]=$!
  server_port[$name]=$port
  for ((turn = 0; turn < 100; ++turn)); do
    if "$programs/client" ask "$port" / 1 1 2>/dev/null; then return 0; fi
    kill -0 "${server_job[$name]}" 2>/dev/null || break
    sleep 0.05
  done
  tail -n 5 "$work/$name.err" >&2
  stop_server "$name"
  fail "$name doesn't start."
}

stop_server() {
  local name=$1
  [[ ${server_job[$name]-} ]] || return 0
  kill -TERM "${server_pid[$name]}" 2>/dev/null
  wait "${server_job[$name]}" 2>/dev/null
  unset "server_job[$name]" "server_pid[$name]" "server_port[$name]"
  return 0
}

stop_all() {
  local name
  for name in "${!server_job[@]}"; do stop_server "$name"; done
}

ask() { taskset -c "$client_cpu" "$programs/client" "$@"; }

# The processor time of all threads of a server, in ns.
cpu_ns() { cat /proc/"${server_pid[$1]}"/task/*/schedstat | awk '{ sum += $1 } END { printf "%.0f", sum }'; }

# The sum of a field of /proc/PID/status, over all threads.
status_sum() {
  cat /proc/"${server_pid[$1]}"/task/*/status | awk -v field="$2:" '$1 == field { sum += $2 } END { print sum + 0 }'
}

# A field of /proc/PID/status.
status_of() { awk -v field="$2:" '$1 == field { print $2 }' "/proc/${server_pid[$1]}/status"; }
