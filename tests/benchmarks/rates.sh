# shellcheck shell=bash
# Processor time per request under wrk, for servers side by side: targets 1 to 6. To be sourced after servers.sh.

rate_servers=(raw_epoll raw_epoll_deferred vitals vitals_10 vitals_1000 nginx haproxy go go_health go_health_10 beast)

# The cases: a column of the table, the server, the path.
rate_cases=(
  'keep-alive raw_epoll /'
  'keep-alive raw_epoll_deferred /'
  'keep-alive vitals /ready'
  'keep-alive nginx /'
  'keep-alive haproxy /'
  'keep-alive go /'
  'keep-alive go_health /'
  'keep-alive beast /'
  'new raw_epoll /'
  'new raw_epoll_deferred /'
  'new vitals /ready'
  'new nginx /'
  'new haproxy /'
  'new go /'
  'new go_health /'
  'new beast /'
  'json-10 vitals_10 /ready'
  'json-10 go_health_10 /'
  'text-1000 vitals_1000 /ready'
)

# One round: 64 connections for one second. Appends "column server ns" to the rates.
rate_round() {
  local column=$1 server=$2 target=$3 before after requests headers=()
  case $column in
    new) headers=(-H 'Connection: close') ;;
    json-10) headers=(-H 'Accept: application/health+json') ;;
  esac
  before=$(cpu_ns "$server")
  taskset -c "$client_cpu" wrk -t1 -c64 -d"$round_seconds" ${headers[@]+"${headers[@]}"} \
    "http://127.0.0.1:${server_port[$server]}$target" >"$work/wrk.out" 2>&1
  sleep 0.02 # for the requests in flight
  after=$(cpu_ns "$server")
  requests=$(awk '/ requests in / { print $1 }' "$work/wrk.out")
  if [[ ! $requests ]] || ((requests == 0)) || grep -qE 'Non-2xx|Socket errors' "$work/wrk.out"; then
    fail "$column $server: $(tr '\n' ' ' <"$work/wrk.out")"
    return 1
  fi
  printf '%s\t%s\t%s\n' "$column" "$server" "$(calculate "($after - $before) / $requests")" >>"$work/rates"
}

measure_rates() {
  local round server case column target status=0
  : >"$work/rates"
  for server in "${rate_servers[@]}"; do "start_$server" || status=1; done
  for ((round = 1; round <= rounds; ++round)); do
    echo "round $round of $rounds" >&2
    for case in "${rate_cases[@]}"; do
      read -r column server target <<<"$case"
      [[ ${server_port[$server]-} ]] || continue
      rate_round "$column" "$server" "$target" || status=1
    done
  done
  stop_all
  record_ratios
  return $status
}

# The smallest ns of a column and a server.
least() {
  awk -F '\t' -v column="$1" -v server="$2" \
    '$1 == column && $2 == server && (!n++ || $3 < least) { least = $3 } END { if (n) print least }' "$work/rates"
}

ratio() {
  local above below
  above=$(least "$1" "$2")
  below=$(least "$3" "$4")
  if [[ $above && $below ]]; then calculate "$above / $below"; fi
}

record_ratios() {
  record 1 "$(ratio keep-alive vitals keep-alive raw_epoll)"
  record 2 "$(ratio keep-alive vitals keep-alive nginx)"
  record 3 "$(ratio new vitals new raw_epoll)"
  record 4 "$(ratio new vitals new nginx)"
  record 5 "$(ratio json-10 vitals_10 keep-alive vitals)"
  record 6 "$(ratio text-1000 vitals_1000 keep-alive vitals)"
}

server_title() {
  case $1 in
    raw_epoll) echo 'raw epoll' ;;
    raw_epoll_deferred) echo 'raw epoll, deferred accept: the floor' ;;
    vitals) echo '**vitals**, 1 check' ;;
    vitals_10) echo '**vitals**, 10 checks, JSON' ;;
    vitals_1000) echo '**vitals**, 1,000 checks' ;;
    # shellcheck disable=SC2016
    nginx) echo 'nginx `return 200`' ;;
    haproxy) echo 'haproxy' ;;
    beast) echo 'Beast, as usually written' ;;
    go) echo 'Go net/http' ;;
    go_health) echo 'Go alexliesenfeld/health, 1 check' ;;
    go_health_10) echo 'Go alexliesenfeld/health, 10 checks' ;;
  esac
}

# "us (ratio to raw epoll)", or nothing.
rate_cell() {
  local ns base
  ns=$(least "$1" "$2")
  base=$(least "${3:-$1}" raw_epoll)
  if [[ $ns && $base ]]; then awk -v ns="$ns" -v base="$base" 'BEGIN { printf "%.2f (%.2f)", ns / 1000, ns / base }'; fi
}

print_rates() {
  local server kept
  printf '\nProcessor time per request in µs, and as a ratio to raw epoll (minima of %d rounds of %s):\n\n' \
    "$rounds" "$round_seconds"
  printf '| server | keep-alive, 64 connections | new connection per request |\n|---|---|---|\n'
  for server in "${rate_servers[@]}"; do
    kept=$(rate_cell keep-alive "$server")$(rate_cell json-10 "$server" keep-alive)
    kept+=$(rate_cell text-1000 "$server" keep-alive)
    printf '| %s | %s | %s |\n' "$(server_title "$server")" "$kept" "$(rate_cell new "$server")"
  done
}
