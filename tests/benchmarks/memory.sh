# shellcheck shell=bash
# Memory and code: targets 11 to 13. To be sourced after servers.sh.

# The anonymous memory per connection, for idle connections that have sent one request.
measure_connection_memory() {
  local held holder before turn
  held=$(($(ulimit -n) - 200))
  ((held <= 10000)) || held=10000
  start_vitals || return 1
  ask ask "${server_port[vitals]}" /ready 640 64 || return 1
  before=$(status_of vitals RssAnon)
  mkfifo "$work/until"
  ask hold "${server_port[vitals]}" /ready "$held" <"$work/until" >"$work/held" &
  holder=$!
  exec 3>"$work/until"
  for ((turn = 0; turn < 600; ++turn)); do
    [[ -s $work/held ]] && break
    kill -0 $holder 2>/dev/null || break
    sleep 0.05
  done
  [[ -s $work/held ]] && record 11 "$(calculate "($(status_of vitals RssAnon) - $before) / $held")"
  record 'connections held' "$held"
  exec 3>&-
  wait $holder || return 1
  stop_server vitals
}

# The anonymous memory that vitals adds to an idle process.
measure_idle_memory() {
  local bare
  start_server counted "$programs/health_server" --vitals=0 || return 1
  bare=$(status_of counted RssAnon)
  stop_server counted
  start_server counted "$programs/health_server" --checks=10 || return 1
  ask ask "${server_port[counted]}" /ready 64 1 || return 1
  record '12 memory' "$(($(status_of counted RssAnon) - bare))"
  stop_server counted
}

# Text and read-only data of a stripped program.
code_of() {
  strip -o "$work/stripped" "$1" &&
    size -A "$work/stripped" | awk '$1 == ".text" || $1 == ".rodata" { sum += $2 } END { print sum }'
}

measure_code() {
  local with without
  with=$(code_of "$programs/size_with") && without=$(code_of "$programs/size_without") || return 1
  record 13 "$(calculate "($with - $without) / 1024")"
}

measure_small_costs() {
  record 16 "$("$programs/beat_benchmark")"
  "$programs/cost_benchmark" >"$work/costs" || return 1
  # The first line that begins with "instant" has: bytes, bytes, first add, last add, report, the last three in us.
  record '17 report' "$(awk '$1 == "instant" { print $6 / 1000; exit }' "$work/costs")"
  record '17 add' "$(awk '$1 == "instant" { print $5; exit }' "$work/costs")"
  record '17 metrics' "$(awk '$1 == "metrics" && $2 == 1000 { print $4 }' "$work/costs")"
}
