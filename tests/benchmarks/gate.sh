#!/usr/bin/env bash
# Fails if vitals costs more than it may, in those respects that noise can't touch. Installs what it needs on Debian 12.
#
# Usage: tests/benchmarks/gate.sh [--build FOLDER]
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1

# shellcheck source=tests/benchmarks/support.sh
source tests/benchmarks/support.sh
# shellcheck source=tests/benchmarks/servers.sh
source tests/benchmarks/servers.sh
# shellcheck source=tests/benchmarks/counts.sh
source tests/benchmarks/counts.sh

# Used by counts.sh.
# shellcheck disable=SC2034
idle_seconds=10 compilations=7
passed=0
over=0

# limit NAME WORDS MOST: a line that tells what was measured.
limit() {
  local name=$1 words=$2 most=$3 value
  value=$(measured "$name")
  if [[ $value ]] && awk -v value="$value" -v most="$most" 'BEGIN { exit !(value <= most) }'; then
    passed=$((passed + 1))
    printf 'ok      %-66s %10s of %s\n' "$words" "$value" "$most"
  else
    over=$((over + 1))
    printf 'FAILED  %-66s %10s of %s\n' "$words" "${value:-unknown}" "$most"
  fi
}

measure() {
  local step
  for step in instructions calls allocations idle includes; do
    "measure_$step" || stop_all
  done
}

# The limits of the targets; a tenth more where a compiler or a C library decides.
check() {
  limit '7 keep' 'user-space instructions per request, keep-alive' 3300
  limit '7 new' 'user-space instructions per request, new connection' 3850
  limit '8 keep' 'system calls per request, keep-alive, without epoll_wait' 2
  limit '8 new' 'system calls per request, new connection' 5
  limit '9 keep' 'allocations per request after the first on a connection' 0
  limit '10 instant' 'wake-ups in 10 s: instant checks, no listener' 0
  limit '10 listener' 'wake-ups in 10 s: instant checks, a listener' 0
  limit '10 scheduled' 'wake-ups in 10 s: checks that are not due' 0
  limit '12 threads instant' 'threads: instant checks, no listener' 0
  limit '12 threads listener' 'threads: instant checks, a listener' 1
  limit '12 threads scheduled' 'threads: scheduled checks, a listener' 2
  limit 14 'including vitals/vitals.hpp against its std headers' 1.25
}

[[ ${1-} != --build ]] || build=${2?}
prepare || exit 1
install_packages "${build_packages[@]}" valgrind strace util-linux || exit 1
build_programs health_server client count_allocations || exit 1
measure
check
echo "$passed passed, $over failed"
((over == 0))
