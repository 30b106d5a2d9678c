# One hospital's steps with the peer's tool; sourced after settings.sh. CORE_PEER_* says whose.
channel=${FABRIC_CHANNEL:-chartseal}
chaincode=${FABRIC_CHAINCODE:-chartseal}

join_peer() { # orderer, its authority
  if peer channel list 2>/dev/null | grep -qx "$channel"; then return; fi
  # A channel that was made a moment ago elects its leader first.
  fetched() { peer channel fetch oldest /tmp/oldest.block --channelID "$channel" --orderer "$1" --tls --cafile "$2" >/tmp/fetch.log 2>&1; }
  wait_for 'the channel could not be fetched from the orderer' 30 fetched "$1" "$2" || { cat /tmp/fetch.log >&2; exit 1; }
  peer channel join -b /tmp/oldest.block
}
package() { echo "/chaincode/$chaincode-$1.tar.gz"; }
install() { # sequence
  local said
  said=$(peer lifecycle chaincode install "$(package "$1")" 2>&1) && return
  [[ $said == *'already successfully installed'* ]] || fail "the chaincode could not be installed: $said"
}
on_channel() { peer lifecycle chaincode querycommitted --channelID "$channel" --name "$chaincode" 2>/dev/null | sed -n 's/.*Sequence: \([0-9]*\),.*/\1/p'; }
approve() { # sequence, orderer, its authority
  [ "$(on_channel)" != "$1" ] || [ "${APPROVE_COMMITTED:-no}" = yes ] || return 0
  local said id
  id=$(peer lifecycle chaincode calculatepackageid "$(package "$1")")
  said=$(peer lifecycle chaincode approveformyorg --channelID "$channel" --name "$chaincode" --version "$1" --sequence "$1" --package-id "$id" \
    --orderer "$2" --tls --cafile "$3" 2>&1) && return
  # What this organisation has approved as it is, before or since it was committed; another's terms are another message.
  [[ $said == *'with unchanged content'* || $said =~ 'redefine the current committed sequence ('[0-9]+') for namespace '[a-z0-9_-]+$ ]] ||
    fail "the chaincode could not be approved: $said"
}
commit() { # sequence, orderer, its authority, peers that endorse…
  local sequence=$1 orderer=$2 authority=$3
  shift 3
  [ "$(on_channel)" != "$sequence" ] || return 0
  peer lifecycle chaincode commit --channelID "$channel" --name "$chaincode" --version "$sequence" --sequence "$sequence" \
    --orderer "$orderer" --tls --cafile "$authority" "$@"
}
