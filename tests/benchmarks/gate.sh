#!/usr/bin/env bash
# Fails if vitals costs more than it may, in numbers that don't depend on noise. Installs what it needs on Debian 12.
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
idle_seconds=10
passed=0
failed=0

# STEP|NAME|MOST|WORDS: the limits of the targets. 10 % more where compilers or C libraries differ. Elsewhere less than
# half a call, wake-up or allocation more, for timers in a run that takes long.
limits='
instructions|7 keep|1000|user-space instructions per request, keep-alive
instructions|7 new|1300|user-space instructions per request, new connection
calls|8 keep served|2.05|system calls per request, keep-alive, without waiting
calls|8 new served|4.5|system calls per request, new connection, without waiting
allocations|9 keep|0.05|allocations per request after the first on a connection
idle|10 instant|0.5|wake-ups in 10 s: instant checks, no listener
idle|10 listener|0.5|wake-ups in 10 s: instant checks, a listener
idle|10 scheduled|0.5|wake-ups in 10 s: checks that are not due
idle|10 each-second|260|wake-ups in 10 s: 10 checks each second
idle|12 threads instant|0|threads: instant checks, no listener
idle|12 threads listener|1|threads: instant checks, a listener
idle|12 threads scheduled|2|threads: scheduled checks, a listener
includes|14|1.15|including vitals/vitals.hpp against its std headers, in instructions of g++
'
limits_of() { grep "^$1|" <<<"$limits"; }

within() { [[ $1 ]] && awk -v value="$1" -v most="$2" 'BEGIN { exit !(value <= most) }'; }

all_within() {
  local step=$1 name most words
  while IFS='|' read -r _ name most words; do
    within "$(measured "$name")" "$most" || return 1
  done < <(limits_of "$step")
}

# Other load on the machine can only add to these numbers, so a number over its limit is measured again, at most twice.
measure() {
  local step=$1 turn
  for turn in 1 2 3; do
    "measure_$step" || stop_all
    all_within "$step" && return
  done
}

# Prints one line per limit that was measured.
judge() {
  local step=$1 name most words value
  while IFS='|' read -r _ name most words; do
    value=$(measured "$name")
    if within "$value" "$most"; then
      passed=$((passed + 1))
      printf 'ok      %-66s %10s of %s\n' "$words" "$value" "$most"
    else
      failed=$((failed + 1))
      printf 'FAILED  %-66s %10s of %s\n' "$words" "${value:-unknown}" "$most"
    fi
  done < <(limits_of "$step")
}

[[ ${1-} != --build ]] || build=${2?}
prepare || exit 1
install_packages "${build_packages[@]}" valgrind strace util-linux || exit 1
build_programs health_server client count_allocations || exit 1
for step in instructions calls allocations idle includes; do
  measure $step
  judge $step
done
echo "$passed passed, $failed failed"
((failed == 0))
