# shellcheck shell=bash
# The targets, compared with the measured values. To be sourced after support.sh.

# The targets: the name of a record, its description, the highest value allowed, the aim.
targets() {
  cat <<'TEXT'
1|keep-alive, 64 connections, against raw epoll|1.15|1.08
2|the same against nginx `return 200`|0.95|0.90
3|new connection per request against raw epoll with plain accept|0.85|0.80
4|the same against nginx|0.78|0.70
5|10 fresh checks, JSON, against the text of 1 check|1.10|1.03
6|1,000 checks against 1 check, keep-alive|1.05|1.02
7 keep|user-space instructions per request, keep-alive|3000|1600
7 new|the same, new connection|3500|1700
8 keep|system calls per request, keep-alive, without the waiting of a batch|2|2
8 new|the same, new connection, with the waiting|5|4.1
9 keep|allocations per request after the first on a connection|0|0
9 new|allocations per connection||0
10 instant|wake-ups in 10 s, idle: 10 instant checks, no listener|0|0
10 listener|the same with a listener|0|0
10 scheduled|the same, 10 checks that aren't due|0|0
10 each-second|the same, 10 checks each second (100 due times, give or take; two wake-ups each)|210|200
11|KiB per idle keep-alive connection|1.25|0.75
12 memory|KiB added by an idle server with 10 checks|1024|256
12 threads instant|threads added: only instant checks, no listener|0|0
12 threads listener|the same with a listener|1|1
12 threads scheduled|the same with scheduled checks|2|2
13|KiB of stripped code added to a static program|330|250
14|including `vitals/vitals.hpp` against its std headers, in instructions of g++|1.15|1.05
15 lost|probes lost under 8 spinning threads|0|0
15 p99|their p99, ms|5|2
16|`Heartbeat::beat()`, ns|5|2
17 report|report of 10,000 instant checks, ms|1|
17 add|registration of the 10,000th, µs|20|
17 metrics|metrics of 1,000 checks, ms|3|1.5
18 keep|processor time over a UNIX socket against TCP loopback, keep-alive|1|0.6
18 new|the same, new connection|1|0.9
19 full|keep-alive, the server kept busy, against raw epoll|1.15|1.08
19 full nginx|the same against nginx|0.95|0.90
19 two-thirds|keep-alive, the server two thirds busy, against raw epoll|1.10|
19 two-thirds nginx|the same against nginx|0.95|0.90
TEXT
}

verdict() {
  local value=$1 must=$2 aim=$3
  awk -v value="$value" -v must="$must" -v aim="$aim" 'BEGIN {
    if (must != "" && value > must) {
      if (must > 0) printf "**missed by %.0f %%**", (value / must - 1) * 100
      else printf "**missed**"
    }
    else if (aim == "") print "met"
    else if (value > aim) print must == "" ? "not the aim" : "met"
    else print must == aim ? "met" : "met, with its aim"
  }'
}

print_targets() {
  local name words must aim value
  printf '\n| # | what | must | aim | measured | |\n|---|---|---|---|---|---|\n'
  while IFS='|' read -r name words must aim; do
    value=$(measured "$name")
    if [[ ! $value ]]; then
      [[ $only ]] || printf '| %s | %s | %s | %s | not measured | |\n' "${name%% *}" "$words" "$must" "$aim"
      continue
    fi
    printf '| %s | %s | %s | %s | %s | %s |\n' "${name%% *}" "$words" "${must:+≤ $must}" "${aim:+≤ $aim}" \
      "$(awk -v value="$value" 'BEGIN { printf (value >= 100 ? "%.0f" : "%.3g"), value }')" \
      "$(verdict "$value" "$must" "$aim")"
  done < <(targets)
}

# Values without a target that explain one.
print_details() {
  local name value
  printf '\n'
  for name in 'calls keep' 'calls new' 'include instructions' 'connections held' 'instructions raw_epoll keep' \
    'instructions raw_epoll new' 'instructions beast_baseline keep' 'instructions beast_baseline new'; do
    value=$(measured "$name")
    [[ ! $value ]] || printf -- '- %s: %s\n' "$name" "$value"
  done
}
