# Where the proxy lies and listens; sourced by up, reload, down and status.
set -euo pipefail
umask 077

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
engines=${CHARTSEAL_ENGINES_DIR:-$root/.data/engines}
# The folders above are everybody's way: PostgreSQL runs as another user.
(umask 022 && mkdir -p "$engines")
# Each instance has its own certificate, logs and port.
mkdir -p "$engines/proxy/${PROXY_INSTANCE:-main}"
home=$(cd "$engines/proxy/${PROXY_INSTANCE:-main}" && pwd)
tls=$home/tls
log=$home/error.log
access_log=$home/access.log
pid_file=$home/run/nginx.pid

fail() {
  echo "proxy: $*" >&2
  exit 1
}

nginx=$(PATH=$PATH:/usr/sbin command -v nginx) || nginx=
need_nginx() { [ -n "$nginx" ] || fail 'nginx is missing. Debian: apt-get install nginx-light'; }

# The pid of the nginx that `up` started here: a recycled pid has another command line.
running_pid() {
  [ -f "$pid_file" ] || return 1
  local pid
  pid=$(cat "$pid_file")
  [ -n "$pid" ] && ps -ww -o args= -p "$pid" 2>/dev/null | grep -qF -- "-p $home/" || return 1
  echo "$pid"
}

workers() { ps -o pid= --ppid "$1" 2>/dev/null || pgrep -P "$1" || true; }

listens() {
  (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

running_port() { sed -n 's/.*listen 127.0.0.1:\([0-9]*\) ssl.*/\1/p' "$home/place.conf"; }

servers() { # name, comma-separated addresses, when one is left alone: an upstream
  local address
  printf 'upstream %s {\n' "$1"
  printf '  zone %s 64k;\n' "$1"
  [ "$1" != again ] || printf '  hash $turn;\n'
  for address in ${2//,/ }; do
    [[ $address =~ ^(127\.0\.0\.1|localhost|\[::1\]):[0-9]{1,5}$ ]] || fail "PROXY_${1^^} must list addresses on loopback, as 127.0.0.1:8080,127.0.0.1:8081"
    printf '  server %s %s;\n' "$address" "${3:-max_fails=0}"
  done
  # A write goes on a connection of its own: one that was kept might just be closed by the other side.
  case $1 in query | anchor) printf '  keepalive 32;\n  keepalive_timeout 20s;\n' ;; esac
  printf '}\n'
}

# Writes what nginx reads: the files beside this, and what this instance is told by its environment.
configure() { # port
  local name list
  mkdir -p "$home/run"
  for name in INGEST QUERY CONSENT ANCHOR; do
    list=PROXY_$name
    [ -n "${!list:-}" ] || fail "$list is missing: set it to that service's addresses, as 127.0.0.1:8080,127.0.0.1:8081"
  done
  cp "$here"/*.conf "$home/"
  {
    servers ingest "$PROXY_INGEST"
    servers replace "$PROXY_INGEST" 'max_fails=3 fail_timeout=2s'
    servers again "$PROXY_INGEST"
    servers query "$PROXY_QUERY"
    servers consent "$PROXY_CONSENT"
    servers anchor "$PROXY_ANCHOR"
    cat <<P
server {
  listen 127.0.0.1:$1 ssl;
  ssl_certificate $tls/server.pem;
  ssl_certificate_key $tls/server.key;
  access_log $access_log told;
  include server.conf;
}
P
  } >"$home/place.conf"
  "$nginx" -t -q -p "$home/" -c "$home/nginx.conf" 2>>"$log" || { tail -5 "$log" >&2; fail 'nginx refuses its configuration'; }
}
