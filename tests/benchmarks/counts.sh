# shellcheck shell=bash
# Counts that don't depend on noise: instructions, system calls, allocations, wake-ups, threads, includes: targets 7 to
# 10, 14 and the threads of 12. To be sourced after servers.sh.

# Runs a server under callgrind for COUNT requests and writes its instructions to FILE. KIND is keep or new.
instructions_of() {
  local kind=$1 count=$2 file=$3
  shift 3
  start_server counted valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" || return 1
  ask ask "${server_port[counted]}" /ready "$count" 64 "${kind/keep/}" || return 1
  stop_server counted
  sed -n 's/.*Collected : *\([0-9]*\).*/\1/p' "$work/counted.err" >"$file"
  [[ -s $file ]] || fail "callgrind counted nothing."
}

# Instructions in user space per request, with 64 connections at a time: the difference of two runs.
record_instructions() {
  local name=$1 kind=$2
  shift 2
  instructions_of "$kind" 640 "$work/few" "$@" && instructions_of "$kind" 3840 "$work/many" "$@" || return 1
  record "$name $kind" "$(calculate "($(<"$work/many") - $(<"$work/few")) / 3200")"
}

measure_instructions() {
  record_instructions 7 keep "$programs/health_server" && record_instructions 7 new "$programs/health_server"
}

measure_instructions_of_others() {
  local program kind
  for program in raw_epoll beast_baseline; do
    for kind in keep new; do
      record_instructions "instructions $program" $kind "$programs/$program" || return 1
    done
  done
}

# Runs a server under strace for COUNT requests and writes "call number" lines to FILE, with failed calls apart.
calls_of() {
  local kind=$1 count=$2 file=$3
  shift 3
  start_server counted strace -f -c -o "$work/strace" "$@" || return 1
  ask ask "${server_port[counted]}" /ready "$count" 64 "${kind/keep/}" || return 1
  stop_server counted
  awk '$4 ~ /^[0-9]+$/ && $NF != "total" {
    vain = NF == 6 ? $5 : 0
    print $NF, $4 - vain
    if (vain) print $NF "_in_vain", vain
  }' "$work/strace" >"$file"
}

# Prints "call number" lines, per request, with 64 connections at a time: the difference of two runs.
calls_per_request() {
  local kind=$1
  shift
  calls_of "$kind" 640 "$work/few" "$@" && calls_of "$kind" 3840 "$work/many" "$@" || return 1
  awk 'FNR == NR { few[$1] = $2; next } { per = ($2 - few[$1]) / 3200; if (per > 0.005) printf "%s %.2f\n", $1, per }' \
    "$work/few" "$work/many" | sort -k2,2nr
}

# How often the server waits, or finds no connection to accept, also depends on how requests arrive.
measure_calls() {
  local kind
  for kind in keep new; do
    calls_per_request $kind "$programs/health_server" >"$work/calls_$kind" || return 1
    [[ -s $work/calls_$kind ]] || fail "strace counted nothing" || return 1
    record "calls $kind" "$(paste -sd, "$work/calls_$kind" | sed 's/,/, /g')"
  done
  record '8 keep' "$(awk '$1 !~ /^epoll_/ { sum += $2 } END { printf "%.2f", sum }' "$work/calls_keep")"
  record '8 new' "$(awk '{ sum += $2 } END { printf "%.2f", sum }' "$work/calls_new")"
  record '8 keep served' "$(awk '$1 != "epoll_wait" { sum += $2 } END { printf "%.2f", sum }' "$work/calls_keep")"
  record '8 new served' \
    "$(awk '$1 != "epoll_wait" && $1 != "accept4_in_vain" { sum += $2 } END { printf "%.2f", sum }' "$work/calls_new")"
}

# The server's allocations for COUNT requests, after it has answered others.
allocations_for() {
  local before after
  before=$(od -An -t u8 -N 8 "$work/allocations")
  ask ask "${server_port[counted]}" /ready "$@" || return 1
  sleep 0.1 # for work after an answer
  after=$(od -An -t u8 -N 8 "$work/allocations")
  echo $((after - before))
}

measure_allocations() {
  local opened kept new
  start_server counted env VITALS_ALLOCATIONS="$work/allocations" \
    LD_PRELOAD="$PWD/$programs/libcount_allocations.so" "$programs/health_server" || return 1
  ask ask "${server_port[counted]}" /ready 1280 64 new || return 1
  opened=$(allocations_for 64 64) && kept=$(allocations_for 3264 64) && new=$(allocations_for 3200 64 new) || return 1
  stop_server counted
  record '9 keep' "$(awk "BEGIN { extra = ($kept - $opened) / 3200; printf \"%.2f\", (extra > 0 ? extra : 0) }")"
  record '9 new' "$(awk "BEGIN { printf \"%.2f\", $new / 3200 }")"
}

# How often the threads of idle servers wake up in 10 s, and how many threads there are, some time after the start.
measure_idle() {
  local name program=$programs/health_server
  local -A before
  start_server instant "$program" --checks=10 --interval=0 --listen=0 &&
    start_server listener "$program" --checks=10 --interval=0 &&
    start_server scheduled "$program" --checks=10 &&
    start_server each-second "$program" --checks=10 --interval=1 || return 1
  sleep 12 # idle workers end after 10 s
  for name in "${idle_servers[@]}"; do before[$name]=$(status_sum "$name" voluntary_ctxt_switches); done
  sleep "$idle_seconds"
  for name in "${idle_servers[@]}"; do
    record "10 $name" \
      "$(calculate "($(status_sum "$name" voluntary_ctxt_switches) - ${before[$name]}) * 10 / $idle_seconds")"
    record "12 threads $name" "$(($(status_of "$name" Threads) - 1))"
    stop_server "$name"
  done
}
idle_servers=(instant listener scheduled each-second)

# The instructions that a compiler needs for checking a file: other load on the machine doesn't change them.
compiler_instructions() {
  g++ -std=c++20 -fsyntax-only -Iinclude \
    -wrapper "valgrind,--tool=callgrind,--callgrind-out-file=/dev/null,--log-file=$work/compiler" "$1" || return 1
  sed -n 's/.*Collected : *\([0-9]*\).*/\1/p' "$work/compiler"
}

# The umbrella header, against a file with only the standard headers that it includes.
measure_includes() {
  local with without
  echo '#include <vitals/vitals.hpp>' >"$work/vitals.cpp"
  g++ -std=c++20 -MM -Iinclude "$work/vitals.cpp" | tr ' ' '\n' | grep '^include/' | xargs cat |
    sed -n 's/^#include <\([a-z_]*\)>.*/#include <\1>/p' | sort -u >"$work/std.cpp"
  with=$(compiler_instructions "$work/vitals.cpp") && without=$(compiler_instructions "$work/std.cpp") || return 1
  record 14 "$(awk -v with="$with" -v without="$without" 'BEGIN { printf "%.3f", with / without }')"
  record 'include instructions' "$((with / 1000000)) against $((without / 1000000)) million"
}
