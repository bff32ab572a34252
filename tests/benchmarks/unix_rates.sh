# shellcheck shell=bash
# Processor time per request over a UNIX socket and over TCP loopback, alternating: target 18. wrk doesn't support UNIX
# sockets, so our own client sends the requests. To be sourced after rates.sh.

# One round: 64 connections. Appends "column server ns" to the rates.
unix_round() {
  local column=$1 server=$2 count=$3 before after
  before=$(cpu_ns "$server")
  ask ask "${server_port[$server]}" /ready "$count" 64 "${column/keep/}" || return 1
  sleep 0.02 # for the requests in flight
  after=$(cpu_ns "$server")
  printf '%s\t%s\t%s\n' "$column" "$server" "$(calculate "($after - $before) / $count")" >>"$work/unix_rates"
}

measure_unix_rates() {
  local round server status=0
  : >"$work/unix_rates"
  start_vitals && start_vitals_unix || return 1
  for ((round = 1; round <= rounds; ++round)); do
    for server in vitals vitals_unix; do
      unix_round keep "$server" 64000 || status=1
      unix_round new "$server" 6400 || status=1
    done
  done
  stop_all
  record '18 keep' "$(unix_ratio keep)"
  record '18 new' "$(unix_ratio new)"
  return $status
}

# The ratio of the minima.
unix_ratio() {
  awk -F '\t' -v column="$1" '
    $1 == column && (!($2 in least) || $3 < least[$2]) { least[$2] = $3 }
    END { if (least["vitals"]) printf "%.6g", least["vitals_unix"] / least["vitals"] }' "$work/unix_rates"
}
