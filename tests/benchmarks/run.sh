#!/usr/bin/env bash
# Measures what vitals costs beside a raw epoll server, nginx, haproxy, Go and Beast. Installs what it needs on Debian 12.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1

usage() {
  cat <<'TEXT'
Usage: tests/benchmarks/run.sh [--quick] [--rounds N] [--only PART] [--results FOLDER] [--build FOLDER]

  (nothing)         every part; takes about 10 minutes, on a machine that does nothing else
  --quick           2 rounds and fewer probes, to see whether it works
  --rounds N        rounds of a second for each server, 12 by default
  --only PART       one part:
                      rates         processor time per request under wrk, beside the others
                      batches       processor time per request of a server that is busy, and of one that is idle now
                                    and then, with requests per batch
                      unix          processor time per request over a UNIX socket, against TCP loopback
                      instructions  user-space instructions per request
                      calls         system calls per request
                      allocations   heap allocations per request
                      idle          wake-ups and threads of an idle server
                      memory        of idle connections and of an idle server
                      code          what vitals adds to a static program
                      includes      what the umbrella header costs a compiler
                      saturation    probes while the processor is busy
                      costs         a beat, a report of 10,000 checks, a registration
  --results FOLDER  where results.md and the pictures go: tests/benchmarks/results after a whole run, else
                    the build folder
  --build FOLDER    build/benchmarks by default

Prints the tables in Markdown. The exit status tells whether every part could be measured, not how it came out.
TEXT
}

# shellcheck source=tests/benchmarks/support.sh
source tests/benchmarks/support.sh
for piece in servers rates batches unix_rates counts memory saturation targets plot; do
  # shellcheck source=/dev/null
  source tests/benchmarks/$piece.sh
done

# Used by the sourced files.
# shellcheck disable=SC2034
rounds=12 round_seconds=1s probes=1000 idle_seconds=10
only=
quick=
results=

# shellcheck disable=SC2034
parse_options() {
  while (($#)); do
    case $1 in
      --quick) quick=1 rounds=2 probes=100 idle_seconds=2 ;;
      --rounds) rounds=${2?} && shift ;;
      --only) only=${2?} && shift ;;
      --results) results=${2?} && shift ;;
      --build) build=${2?} && shift ;;
      -h | --help)
        usage
        exit 0
        ;;
      *)
        usage >&2
        exit 2
        ;;
    esac
    shift
  done
  [[ $rounds =~ ^[1-9][0-9]*$ ]] || {
    usage >&2
    exit 2
  }
  [[ $results ]] || results=$build/tests/benchmarks
  [[ $quick$only || $results != "$build/tests/benchmarks" ]] || results=tests/benchmarks/results
}

# Installs the compared servers without starting their services, which would occupy ports.
install_peers() {
  local packages=(nginx haproxy wrk valgrind strace binutils util-linux) policy=/usr/sbin/policy-rc.d made="" status=0
  local optional=(golang-go golang-github-alexliesenfeld-health-dev)
  if ! [[ -e $policy ]] && ! is_installed nginx; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null && as_root chmod +x $policy && made=1
  fi
  install_packages "${build_packages[@]}" "${packages[@]}" || status=1
  install_packages "${optional[@]}" || echo "There will be no Go." >&2
  [[ ! $made ]] || as_root rm -f $policy
  return $status
}

boost_version() {
  echo '#include <boost/version.hpp>
BOOST_LIB_VERSION' | g++ -E -P -x c++ - 2>/dev/null | tail -n 1 | tr -d '"' | tr _ .
}

print_machine() {
  printf '# What vitals costs\n\n'
  # shellcheck disable=SC2016
  printf 'Measured by `tests/benchmarks/run.sh` at %s (%s), on %s with %s processors (%s), Linux %s.\n' \
    "$commit" \
    "$(date -I)" "$(lscpu | sed -n 's/^Model name: *//p')" "$(nproc)" \
    "$(awk '/MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo)" "$(uname -r)"
  printf '%s, Boost %s, Release. Peers: %s.\n' "$(g++ --version | head -n 1)" "$(boost_version)" "$(
    dpkg-query -W -f '${Package} ${Version}\n' nginx haproxy golang-go wrk 2>/dev/null | paste -sd, | sed 's/,/, /g'
  )"
}

failed=()
# Measures one part, unless another one was selected. If a part fails, the others still run.
part() {
  local name=$1 step
  shift
  [[ ! $only || $only == "$name" ]] || return 0
  asked_for=1
  echo "== $name" >&2
  for step in "$@"; do
    "$step" || {
      failed+=("$name: $step")
      stop_all
    }
  done
}

measure() {
  asked_for=
  part rates measure_rates
  part batches measure_batches
  part unix measure_unix_rates
  part instructions measure_instructions measure_instructions_of_others
  part calls measure_calls
  part allocations measure_allocations
  part idle measure_idle
  part memory measure_connection_memory measure_idle_memory
  part code measure_code
  part includes measure_includes
  part saturation measure_saturation
  part costs measure_small_costs
  [[ $asked_for ]] || {
    usage >&2
    exit 2
  }
}

report() {
  print_machine
  print_targets
  [[ ! -s $work/rates ]] || print_rates
  print_batches
  print_saturation
  print_details
}

parse_options "$@"
commit=$(git describe --always --dirty 2>/dev/null || echo 'an unknown commit') # before its results are overwritten
prepare || exit 1
install_peers || failed+=("installing the peers")
build_programs tests/benchmarks/all || exit 1
measure
mkdir -p "$results"
report | tee "$results/results.md"
[[ ! -s $work/rates ]] || plot_rates >"$results/processor_time.svg"
[[ ! -s $work/saturation ]] || plot_saturation >"$results/saturation.svg"
echo "Written to $results" >&2
((${#failed[@]} == 0)) || {
  printf 'FAILED: %s\n' "${failed[@]}" >&2
  exit 1
}
