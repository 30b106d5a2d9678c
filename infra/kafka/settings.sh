# Where Kafka lies and listens; sourced by up, down and status.
set -euo pipefail

kafka_version=4.3.1
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
engines=${CHARTSEAL_ENGINES_DIR:-$root/.data/engines}
# Each instance has its own data, keys and ports; the jars are shared.
mkdir -p "$engines/kafka/${KAFKA_INSTANCE:-main}"
home=$(cd "$engines/kafka/${KAFKA_INSTANCE:-main}" && pwd)
jars=$(dirname "$home")/jars-$kafka_version
tls=$home/tls
data=$home/data
pid_file=$home/kafka.pid
log=$home/kafka.log

# Mutual TLS on the first port, SASL over TLS on the next, the controller (mutual TLS) on the one after.
port=${KAFKA_PORT:-19092}
sasl_port=$((port + 1))
controller_port=$((port + 2))
heap=${KAFKA_HEAP:-256m}

# What the names of the network's topics and groups on this broker begin with, KAFKA_TOPIC_PREFIX included.
name_prefix=${KAFKA_NAME_PREFIX:-chartseal}

fail() {
  echo "kafka: $*" >&2
  exit 1
}

# The pid of the broker that `up` started here: a recycled pid has another command line.
running_pid() {
  [ -f "$pid_file" ] || return 1
  local pid
  pid=$(cat "$pid_file")
  ps -ww -o args= -p "$pid" 2>/dev/null | grep -qF "$home/server.properties" || return 1
  echo "$pid"
}

listens() {
  (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}
