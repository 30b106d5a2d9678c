# Where a Fabric network lies and listens, and how its processes are told apart; sourced by all scripts here.
set -euo pipefail
umask 077

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
engines=${CHARTSEAL_ENGINES_DIR:-$root/.data/engines}
# The folders above are everybody's way: PostgreSQL runs as another user.
(umask 022 && mkdir -p "$engines")
instance=${FABRIC_INSTANCE:-main}
home=$engines/fabric/$instance
state=$home/network.env

fail() { # message, exit code
  echo "fabric: $1" >&2
  exit "${2:-1}"
}

# What a network was made with stays: only the first `up` on a data folder reads these from the environment.
if [ -f "$state" ]; then
  source "$state"
else
  orgs=${FABRIC_ORGS:-2}
  orderers=${FABRIC_ORDERERS:-1}
  port_base=${FABRIC_PORT_BASE:-19700}
  channel=${FABRIC_CHANNEL:-chartseal}
  chaincode=${FABRIC_CHAINCODE:-chartseal}
  batch_timeout=${FABRIC_BATCH_TIMEOUT:-100ms}
  relays=${FABRIC_RELAYS:-0}
fi
relays=${relays:-0}
[[ $relays =~ ^[01]$ ]] || fail 'FABRIC_RELAYS is 0 or 1'
[[ $orgs =~ ^[23]$ ]] || fail 'FABRIC_ORGS is 2 or 3'
[[ $orderers =~ ^[13]$ ]] || fail 'FABRIC_ORDERERS is 1 or 3'

letters=(a b c)
org_letters=("${letters[@]:0:$orgs}")
orderer_numbers=($(seq 0 $((orderers - 1))))

# An orderer has three ports (orderer, admin, operations), an organisation ten.
orderer_port() { echo $((port_base + 3 * $1)); }
# Offset: 0 peer, 1 chaincode listener, 2 operations, 3 and 4 chaincode servers (by turns of sequence), 5 to 7 relays to the orderers.
org_port() { # letter, offset
  case $1 in a) echo $((port_base + 20 + $2)) ;; b) echo $((port_base + 30 + $2)) ;; c) echo $((port_base + 40 + $2)) ;; esac
}
msp_id() { echo "Hospital${1^^}MSP"; }
domain() { echo "hospital-$1.chartseal.test"; }

crypto=$home/crypto
orderer_dir() { echo "$crypto/ordererOrganizations/orderers.chartseal.test/orderers/orderer$1.orderers.chartseal.test"; }
orderer_ca=$crypto/ordererOrganizations/orderers.chartseal.test/tlsca/tlsca.orderers.chartseal.test-cert.pem
org_dir() { echo "$crypto/peerOrganizations/$(domain "$1")"; }
peer_dir() { echo "$(org_dir "$1")/peers/peer0.$(domain "$1")"; }
user_dir() { echo "$(org_dir "$1")/users/$2@$(domain "$1")"; } # letter, Admin or User1
chaincode_tls() { echo "$home/chaincode-tls/$1"; }

use_binaries() {
  if [ -n "${FABRIC_BIN:-}" ]; then PATH=$FABRIC_BIN:$PATH; fi
  local missing=()
  for program in peer orderer configtxgen cryptogen osnadmin; do
    command -v "$program" >/dev/null || missing+=("$program")
  done
  [ ${#missing[@]} -eq 0 ] && return
  fail "HYPERLEDGER FABRIC'S BINARIES ARE MISSING: ${missing[*]}. PUT FABRIC 3.1 ON THE PATH OR ITS FOLDER INTO FABRIC_BIN." 69
}

listens() {
  (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

wait_for() { # what, seconds, command…
  local what=$1 tries=$(($2 * 20))
  shift 2
  for _ in $(seq "$tries"); do
    if "$@"; then return; fi
    sleep 0.05
  done
  fail "$what"
}

# `peer` as an organisation's administrator: letter, arguments…
as_admin() {
  local letter=$1
  shift
  FABRIC_CFG_PATH=$home/peer-$letter FABRIC_LOGGING_SPEC=error \
    CORE_PEER_MSPCONFIGPATH=$(user_dir "$letter" Admin)/msp peer "$@"
}
ordering() {
  echo --orderer "127.0.0.1:$(orderer_port "${1:-0}")" --tls --cafile "$orderer_ca"
}
