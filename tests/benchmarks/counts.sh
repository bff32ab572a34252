# shellcheck shell=bash
# What can be counted, so that noise doesn't touch it: instructions, system calls, allocations, wake-ups, threads,
# includes: targets 7 to 10, 14 and the threads of 12. To be sourced after servers.sh.

# Runs a server under callgrind for so many requests; leaves its instructions in a file. KIND is keep or new.
instructions_of() {
  local kind=$1 count=$2 file=$3
  shift 3
  start_server counted valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" || return 1
  ask ask "${server_port[counted]}" /ready "$count" 1 "${kind/keep/}" || return 1
  stop_server counted
  sed -n 's/.*Collected : *\([0-9]*\).*/\1/p' "$work/counted.err" >"$file"
  [[ -s $file ]] || fail "callgrind counted nothing."
}

# In user space, per request: the difference of two runs.
record_instructions() {
  local name=$1 kind=$2
  shift 2
  instructions_of "$kind" 200 "$work/few" "$@" && instructions_of "$kind" 1200 "$work/many" "$@" || return 1
  record "$name $kind" "$(calculate "($(<"$work/many") - $(<"$work/few")) / 1000")"
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

# Runs a server under strace for so many requests; leaves "call number" lines in a file.
calls_of() {
  local kind=$1 count=$2 file=$3
  shift 3
  start_server counted strace -f -c -o "$work/strace" "$@" || return 1
  ask ask "${server_port[counted]}" /ready "$count" 64 "${kind/keep/}" || return 1
  stop_server counted
  awk '$4 ~ /^[0-9]+$/ && $NF != "total" { print $NF, $4 }' "$work/strace" >"$file"
}

# Prints "call number" lines, per request: the difference of two runs. 64 connections are asked at a time.
calls_per_request() {
  local kind=$1
  shift
  calls_of "$kind" 640 "$work/few" "$@" && calls_of "$kind" 3840 "$work/many" "$@" || return 1
  awk 'FNR == NR { few[$1] = $2; next } { per = ($2 - few[$1]) / 3200; if (per > 0.005) printf "%s %.2f\n", $1, per }' \
    "$work/few" "$work/many" | sort -k2,2nr
}

# The calls for a request, without the waiting for the next ones.
measure_calls() {
  local kind
  for kind in keep new; do
    calls_per_request $kind "$programs/health_server" >"$work/calls_$kind" || return 1
    [[ -s $work/calls_$kind ]] || fail "strace counted nothing" || return 1
  done
  record '8 keep' "$(awk '$1 != "epoll_wait" { sum += $2 } END { printf "%.2f", sum }' "$work/calls_keep")"
  record '8 new' "$(awk '{ sum += $2 } END { printf "%.2f", sum }' "$work/calls_new")"
  record 'calls keep' "$(paste -sd, "$work/calls_keep" | sed 's/,/, /g')"
  record 'calls new' "$(paste -sd, "$work/calls_new" | sed 's/,/, /g')"
}

# What the server allocates for so many requests, after it has served others.
allocations_for() {
  local before after
  before=$(od -An -t u8 -N 8 "$work/allocations")
  ask ask "${server_port[counted]}" /ready "$@" || return 1
  sleep 0.1 # what follows an answer
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
  record '9 keep' "$(awk "BEGIN { printf \"%.2f\", ($kept - $opened) / 3200 }")"
  record '9 new' "$(awk "BEGIN { printf \"%.2f\", $new / 3200 }")"
}

# How often the threads of an idle server wake up in 10 s, and how many threads there are, a while after its start.
idle_wake_ups() {
  local name=$1 settling=$2 before
  shift 2
  start_server counted "$programs/health_server" --checks=10 "$@" || return 1
  sleep "$settling" # what follows the start
  before=$(status_sum counted voluntary_ctxt_switches)
  sleep "$idle_seconds"
  record "10 $name" "$(calculate "($(status_sum counted voluntary_ctxt_switches) - $before) * 10 / $idle_seconds")"
  record "12 threads $name" "$(($(status_of counted Threads) - 1))"
  stop_server counted
}

measure_idle() {
  # Workers without work stay for 10 s.
  idle_wake_ups instant 2 --interval=0 --listen=0 && idle_wake_ups listener 2 --interval=0 &&
    idle_wake_ups scheduled 12 && idle_wake_ups each-second 2 --interval=1
}

# The least processor time of so many compilations of each of the files, in turns.
compile_times() {
  local turns=$1 turn file TIMEFORMAT='%U %S'
  shift
  for ((turn = 0; turn < turns; ++turn)); do
    for file in "$@"; do
      { time "${CXX:-g++}" -std=c++20 -fsyntax-only -Iinclude "$file"; } 2>&1 |
        awk -v file="$file" '{ print file, $1 + $2 }'
    done
  done | awk '!n[$1]++ || $2 < least[$1] { least[$1] = $2 } END { for (file in least) print file, least[file] }'
}

# The umbrella header, and a file that includes the headers of the standard library that it includes.
measure_includes() {
  local times
  echo '#include <vitals/vitals.hpp>' >"$work/vitals.cpp"
  "${CXX:-g++}" -std=c++20 -MM -Iinclude "$work/vitals.cpp" | tr ' ' '\n' | grep '^include/' | xargs cat |
    sed -n 's/^#include <\([a-z_]*\)>.*/#include <\1>/p' | sort -u >"$work/std.cpp"
  times=$(compile_times "$compilations" "$work/vitals.cpp" "$work/std.cpp")
  record 14 "$(awk '{ time[$1 ~ /vitals.cpp$/] = $2 } END { if (time[0] > 0) printf "%.3f", time[1] / time[0] }' \
    <<<"$times")"
  record 'include ms' "$(awk '{ time[$1 ~ /vitals.cpp$/] = $2 * 1000 } END { printf "%d against %d", time[1], time[0] }' \
    <<<"$times")"
}
