# Where PostgreSQL lies and listens; sourced by up, down and status.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
here=$root/infra/postgres
engines=${CHARTSEAL_ENGINES_DIR:-$root/.data/engines}
# Each instance has its own data, keys and port.
mkdir -p "$engines/postgres/${POSTGRES_INSTANCE:-main}"
home=$(cd "$engines/postgres/${POSTGRES_INSTANCE:-main}" && pwd)
# What clients get: the authority, their certificate, the passwords.
tls=$home/tls
# What PostgreSQL's own user reads: data, key, settings.
server=$home/server
data=$server/data
log=$home/postgres.log
port=${POSTGRES_PORT:-15432}

fail() {
  echo "postgres: $*" >&2
  exit 1
}

# The pid of the postmaster that `up` started here: a recycled pid has another command line.
running_pid() {
  local pid
  pid=$(sed -n 1p "$data/postmaster.pid" 2>/dev/null) && [ -n "$pid" ] || return 1
  ps -ww -o args= -p "$pid" 2>/dev/null | grep -qF -- "-D $data" || return 1
  [ "$(ps -o stat= -p "$pid" | cut -c1)" != Z ] || return 1
  echo "$pid"
}

is_ready() {
  [ "$(sed -n 8p "$data/postmaster.pid" 2>/dev/null | tr -d ' ')" = ready ]
}

running_port() {
  sed -n 4p "$data/postmaster.pid"
}

listens() {
  (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}
