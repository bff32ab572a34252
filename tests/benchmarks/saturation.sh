# shellcheck shell=bash
# A probe every 10 ms, on a new connection, while 8 threads of the server's own process compute on its only processor:
# target 15. To be sourced after servers.sh.

saturated_servers=(vitals raw_epoll beast go)

measure_saturation() {
  local server status=0 p50 p90 p99 p999 max lost
  : >"$work/saturation"
  for server in "${saturated_servers[@]}"; do
    echo "8 spinning threads: $server" >&2
    "start_$server" --spin=8 || {
      status=1
      continue
    }
    if read -r p50 p90 p99 p999 max lost < <(ask probe "${server_port[$server]}" /ready "$probes" 10); then
      printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$server" "$p50" "$p90" "$p99" "$p999" "$max" "$lost" >>"$work/saturation"
      if [[ $server == vitals ]]; then
        record '15 p99' "$p99"
        record '15 lost' "${lost%/*}"
      fi
    else
      status=1
    fi
    stop_server "$server"
  done
  return $status
}

print_saturation() {
  local server p50 p90 p99 p999 max lost
  [[ -s $work/saturation ]] || return 0
  printf '\nA probe each 10 ms on a new connection, 8 spinning threads in the process, one processor; ms:\n\n'
  printf '| server | p50 | p90 | p99 | p99.9 | max | lost |\n|---|---|---|---|---|---|---|\n'
  while IFS=$'\t' read -r server p50 p90 p99 p999 max lost; do
    printf '| %s | %s | %s | %s | %s | %s | %s |\n' "$(server_title "$server")" "$p50" "$p90" "$p99" "$p999" "$max" "$lost"
  done <"$work/saturation"
}
