# Where Redis lies and listens; sourced by up, down and status.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
here=$root/infra/redis
engines=${CHARTSEAL_ENGINES_DIR:-$root/.data/engines}
# Each instance has its own keys and port.
mkdir -p "$engines/redis/${REDIS_INSTANCE:-main}"
home=$(cd "$engines/redis/${REDIS_INSTANCE:-main}" && pwd)
tls=$home/tls
pid_file=$home/redis.pid
log=$home/redis.log
port=${REDIS_PORT:-16379}
memory=${REDIS_MEMORY:-64mb}

fail() {
  echo "redis: $*" >&2
  exit 1
}

# The pid of the server that `up` started here: a recycled pid has another command line.
running_pid() {
  local pid
  pid=$(cat "$pid_file" 2>/dev/null) && [ -n "$pid" ] || return 1
  ps -ww -o args= -p "$pid" 2>/dev/null | grep -qF "$home/redis.conf" || return 1
  [ "$(ps -o stat= -p "$pid" | cut -c1)" != Z ] || return 1
  echo "$pid"
}

running_port() {
  sed -n 's/^tls-port //p' "$home/redis.conf"
}

listens() {
  (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}
