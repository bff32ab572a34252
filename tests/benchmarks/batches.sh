# shellcheck shell=bash
# Processor time per request on connections that stay, at full load and with the server idle for a third of the time, so
# that a batch holds few requests: target 19. To be sourced after rates.sh.

batch_servers=(raw_epoll vitals nginx)
batch_loads=(full two-thirds)
batch_ms=300

batch_target() { if [[ $1 == vitals ]]; then echo /ready; else echo /; fi; }

# How long the threads of a server had to wait for a processor, in ns.
delayed_ns() { cat /proc/"${server_pid[$1]}"/task/*/schedstat | awk '{ sum += $2 } END { printf "%.0f", sum }'; }

# Loads a server once, with RATE requests per second; 0: as fast as it answers. Prints the number of requests, the
# elapsed ns, the ns of processor time, and the ns that the server or the client had to wait for a processor.
load_once() {
  local server=$1 rate=$2 before delayed answered took waited
  before=$(cpu_ns "$server") delayed=$(delayed_ns "$server")
  read -r answered took waited < <(
    ask pace "${server_port[$server]}" "$(batch_target "$server")" 64 "$rate" "$batch_ms"
  ) && ((answered)) || fail "$server at $rate requests a second: no answers" || return 1
  sleep 0.02 # for the requests in flight
  echo "$answered $took $(($(cpu_ns "$server") - before)) $((waited + $(delayed_ns "$server") - delayed))"
}

# Whether both had their processors for all but a fiftieth of the time. Otherwise requests pile up, and batches are
# fuller.
undisturbed() { (($2 * 50 <= $1)); }

# Finds the rate at which vitals is two thirds busy, by trial, because the cost of a request depends on the rate. All
# servers are measured at this rate.
find_rate() {
  local answered took cpu waited rate=100000 turn=0 tries
  for ((tries = 0; turn < 4 && tries < 40; ++tries)); do
    read -r answered took cpu waited < <(load_once vitals "$rate") || return 1
    undisturbed "$took" "$waited" || continue
    rate=$(awk "BEGIN { printf \"%d\", 1e9 * $answered / $cpu * 2 / 3 }")
    turn=$((turn + 1))
  done
  ((turn)) || fail "Other programs have the processors: no load is what it should be." || return 1
  echo "$rate"
}

# One round, which is dropped if it was disturbed. Appends "load server ns busy" to the batches.
batch_round() {
  local load=$1 server=$2 rate=$3 answered took cpu waited
  read -r answered took cpu waited < <(load_once "$server" "$rate") || return 1
  undisturbed "$took" "$waited" || return 0
  printf '%s\t%s\t%s\t%s\n' "$load" "$server" "$(calculate "$cpu / $answered")" "$(calculate "$cpu / $took")" \
    >>"$work/batches"
}

rounds_of() { awk -F '\t' -v load="$1" -v server="$2" '$1 == load && $2 == server' "$work/batches" | wc -l; }

# Repeats rounds until there are enough, at most four times as many.
measure_batch_rounds() {
  local rate=$1 round load server missing status=0
  for ((round = 1; round <= 4 * rounds; ++round)); do
    missing=
    for load in "${batch_loads[@]}"; do
      for server in "${batch_servers[@]}"; do
        (($(rounds_of "$load" "$server") < rounds)) || continue
        missing=1
        batch_round "$load" "$server" "$([[ $load == full ]] && echo 0 || echo "$rate")" || status=1
      done
    done
    [[ $missing ]] || break
  done
  [[ ! $missing ]] || echo "Other programs kept the benchmark from some of its rounds." >&2
  return $status
}

# In rounds of their own, because counting costs time. Appends "load server requests-per-batch" to a file.
count_requests_per_batch() {
  local rate=$1 load server before answered
  for server in "${batch_servers[@]}"; do
    VITALS_BATCHES=$work/counted_batches LD_PRELOAD=$PWD/$programs/libcount_batches.so "start_$server" || return 1
    for load in "${batch_loads[@]}"; do
      before=$(od -An -t u8 -N 8 "$work/counted_batches")
      read -r answered _ < <(load_once "$server" "$([[ $load == full ]] && echo 0 || echo "$rate")") || return 1
      printf '%s\t%s\t%s\n' "$load" "$server" \
        "$(calculate "$answered / ($(od -An -t u8 -N 8 "$work/counted_batches") - $before)")" \
        >>"$work/requests_per_batch"
    done
    stop_server "$server"
  done
}

measure_batches() {
  local server rate status=0
  : >"$work/batches"
  : >"$work/requests_per_batch"
  for server in "${batch_servers[@]}"; do "start_$server" || return 1; done
  rate=$(find_rate) || return 1
  echo "$rate requests a second keep vitals two thirds busy" >&2
  measure_batch_rounds "$rate" || status=1
  stop_all
  count_requests_per_batch "$rate" || status=1
  record '19 full' "$(batch_ratio full raw_epoll)"
  record '19 full nginx' "$(batch_ratio full nginx)"
  record '19 two-thirds' "$(batch_ratio two-thirds raw_epoll)"
  record '19 two-thirds nginx' "$(batch_ratio two-thirds nginx)"
  return $status
}

# The median of a field over the rounds: a minimum would be the round with the fullest batches.
batch_median() {
  awk -F '\t' -v load="$1" -v server="$2" -v field="$3" '$1 == load && $2 == server { print $field }' "$work/batches" |
    sort -g | awk '{ values[NR] = $1 } END { if (NR) print values[int((NR + 1) / 2)] }'
}

batch_ratio() {
  local above below
  above=$(batch_median "$1" vitals 3) below=$(batch_median "$1" "$2" 3)
  if [[ $above && $below ]]; then calculate "$above / $below"; fi
}

# "us (ratio to raw epoll) | busy share | requests per batch", or empty cells.
batch_cells() {
  local load=$1 server=$2 ns base
  ns=$(batch_median "$load" "$server" 3) base=$(batch_median "$load" raw_epoll 3)
  [[ $ns && $base ]] || {
    printf ' | | '
    return
  }
  awk -v ns="$ns" -v base="$base" -v busy="$(batch_median "$load" "$server" 4)" \
    -v per_batch="$(awk -F '\t' -v load="$load" -v server="$server" '$1 == load && $2 == server { print $3 }' \
      "$work/requests_per_batch")" \
    'BEGIN { printf "%.2f (%.2f) | %.0f %% | %.1f", ns / 1000, ns / base, busy * 100, per_batch }'
}

print_batches() {
  local server
  [[ -s $work/batches ]] || return 0
  printf '\nKeep-alive, 64 connections, where the client keeps the server busy, and where it leaves it idle for a\n'
  printf 'third of the time: processor time per request in µs, and as a ratio to raw epoll (medians of %d rounds of\n' \
    "$rounds"
  printf '%d ms), ' "$batch_ms"
  printf 'how busy the server was, and requests per batch: between two waits in which it may sleep.\n\n'
  printf '| server | kept busy | busy | per batch | less busy | busy | per batch |\n|---|---|---|---|---|---|---|\n'
  for server in "${batch_servers[@]}"; do
    printf '| %s | %s | %s |\n' "$(server_title "$server")" "$(batch_cells full "$server")" \
      "$(batch_cells two-thirds "$server")"
  done
}
