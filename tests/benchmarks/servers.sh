# shellcheck shell=bash
# Starts each kind of server. To be sourced after support.sh.

start_raw_epoll() { start_server raw_epoll "$programs/raw_epoll" "$@"; }
start_raw_epoll_deferred() { start_server raw_epoll_deferred "$programs/raw_epoll" --deferred=1 "$@"; }
start_beast() { start_server beast "$programs/beast_baseline" "$@"; }
start_vitals() { start_server vitals "$programs/health_server" "$@"; }
start_vitals_unix() {
  start_server vitals_unix "$programs/health_server" "--address=unix:$work/health.sock" || return 1
  server_port[vitals_unix]=unix:$work/health.sock
}
start_vitals_10() { start_server vitals_10 "$programs/health_server" --checks=10; }
start_vitals_1000() { start_server vitals_1000 "$programs/health_server" --checks=1000; }

start_nginx() {
  local port
  port=$("$programs/client" free-port) || return 1
  mkdir -p "$work/nginx"
  cat >"$work/nginx/nginx.conf" <<TEXT
daemon off;
master_process off;
pid $work/nginx/pid;
error_log stderr crit;
events { worker_connections 1024; }
http {
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path $work/nginx/body;
  proxy_temp_path $work/nginx/proxy;
  fastcgi_temp_path $work/nginx/fastcgi;
  uwsgi_temp_path $work/nginx/uwsgi;
  scgi_temp_path $work/nginx/scgi;
  server {
    listen 127.0.0.1:$port;
    location / { default_type text/plain; add_header Cache-Control no-store; return 200 "OK\n"; }
  }
}
TEXT
  start_foreign_server nginx "$port" /usr/sbin/nginx -e stderr -p "$work/nginx" -c "$work/nginx/nginx.conf"
}

start_haproxy() {
  local port
  port=$("$programs/client" free-port) || return 1
  cat >"$work/haproxy.cfg" <<TEXT
global
  nbthread 1
  maxconn 1000
defaults
  mode http
  timeout client 10s
  timeout server 10s
  timeout connect 1s
frontend health
  bind 127.0.0.1:$port
  http-request return status 200 content-type text/plain string "OK\n"
TEXT
  start_foreign_server haproxy "$port" /usr/sbin/haproxy -db -f "$work/haproxy.cfg"
}

build_go_server() {
  [[ -x $work/go_server ]] && return 0
  command -v go >/dev/null || fail "Go isn't installed." || return 1
  GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$work/go_cache go build -o "$work/go_server" \
    tests/benchmarks/go_server/main.go
}

start_go() { build_go_server && start_server go "$work/go_server" "$@"; }
start_go_health() { build_go_server && start_server go_health "$work/go_server" -checks 1; }
start_go_health_10() { build_go_server && start_server go_health_10 "$work/go_server" -checks 10; }
