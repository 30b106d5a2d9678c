# Starting, stopping and telling processes; sourced after settings.sh. A process has a folder of its own, $home/<name>.

names() {
  for number in "${orderer_numbers[@]}"; do echo "orderer$number"; done
  for letter in "${org_letters[@]}"; do
    for folder in "$home/chaincode-$letter".*; do
      if [ -d "$folder" ]; then basename "$folder"; fi
    done
    echo "peer-$letter"
    if [ "$relays" = 1 ]; then echo "relay-$letter"; fi
  done
}

# The chaincode that is committed: of what sequence.
committed_sequence() { cat "$home/sequence" 2>/dev/null || echo 1; }

# `chaincode-a` is short for that organisation's process of the sequence that is committed.
resolve() {
  local name=$1
  case $name in chaincode-?) name=$name.$(committed_sequence) ;; esac
  [ -d "$home/$name" ] || fail "there is no process $name here, but: $(names | tr '\n' ' ')"
  echo "$name"
}

# The pid of what was started here under that name. Its first word is a path in its folder, which a recycled pid's is not.
running_pid() {
  local pid_file=$home/$1/pid pid
  [ -f "$pid_file" ] || return 1
  pid=$(cat "$pid_file")
  ps -ww -o args= -p "$pid" 2>/dev/null | grep -qF "$home/$1/" || return 1
  [[ $(ps -o state= -p "$pid") != Z* ]] || return 1
  echo "$pid"
}

is_gone() { ! running_pid "$1" >/dev/null; }

launch() { # name, program, arguments…
  local name=$1 program=$2
  shift 2
  # One line each and without colours; gRPC tells of every stream that ends.
  export FABRIC_LOGGING_SPEC=${FABRIC_LOGGING_SPEC:-info:grpc=error:comm.grpc.server=error}
  export FABRIC_LOGGING_FORMAT='%{time:2006-01-02T15:04:05.000Z07:00} %{level:.4s} [%{module}] %{message}'
  local detach=()
  if command -v setsid >/dev/null; then detach=(setsid); fi
  nohup ${detach[@]+"${detach[@]}"} bash -c 'first=$1; shift; exec -a "$first" "$@"' _ "$home/$name/$(basename "$program")" \
    "$(command -v "$program")" "$@" >>"$home/$name/log" 2>&1 </dev/null &
  echo "$!" >"$home/$name/pid"
  disown
}

start() {
  local name=$1
  if running_pid "$name" >/dev/null; then return; fi
  case $name in
    orderer*) FABRIC_CFG_PATH=$home/$name launch "$name" orderer ;;
    peer-*)
      (
        source "$home/$name/chaincode.env"
        FABRIC_CFG_PATH=$home/$name launch "$name" peer node start
      ) ;;
    relay-*) launch "$name" "$(node_24)" "$here/relay.ts" $(<"$home/$name/ports") ;;
    chaincode-*)
      (
        source "$home/$name/chaincode.env"
        launch "$name" "$(node_24)" "$root/services/chaincode/src/main.ts"
      ) ;;
  esac
}

# The Node that the workspace brings.
node_24() {
  local node=$root/node_modules/.bin/node
  [ -x "$node" ] || fail 'the workspace is not installed: run npx pnpm@12 install'
  "$node" -p process.execPath
}

port_of() {
  case $1 in
    orderer*) orderer_port "${1#orderer}" ;;
    peer-*) org_port "${1#peer-}" 0 ;;
    relay-*) org_port "${1#relay-}" 5 ;;
    chaincode-*) sed -n 's/.*CHAINCODE_SERVER_ADDRESS=127.0.0.1://p' "$home/$1/chaincode.env" ;;
  esac
}

await() { # until it listens
  local name=$1
  up_or_ended() { listens "$(port_of "$name")" || is_gone "$name"; }
  wait_for "$name does not listen; its log is $home/$name/log" 30 up_or_ended
  running_pid "$name" >/dev/null && return
  tail -5 "$home/$name/log" >&2
  fail "$name ended at start; its log is $home/$name/log"
}

stop() { # name, signal
  local name=$1 pid
  if pid=$(running_pid "$name"); then
    kill "-${2:-TERM}" "$pid"
    # A process that was paused hears nothing else.
    kill -CONT "$pid" 2>/dev/null || true
    for _ in $(seq 400); do
      is_gone "$name" && break
      sleep 0.05
    done
    is_gone "$name" || { kill -9 "$pid"; echo "fabric: $name, pid $pid, did not end within 20 s and was killed"; }
  fi
  rm -f "$home/$name/pid"
}
