# The chaincode's way onto the channel; sourced after processes.sh.

lifecycle() { # letter, step, arguments…
  local letter=$1
  shift
  as_admin "$letter" lifecycle chaincode "$@"
}
definition() { # sequence
  echo --channelID "$channel" --name "$chaincode" --version "$1" --sequence "$1"
}
package() { echo "$home/packages/$chaincode-$1.tar.gz"; }

# One package for all organisations. The slot turns with the sequence, so that an old and a new server can run side by side.
make_package() { # sequence
  [ -f "$(package "$1")" ] && return
  local work
  work=$(mktemp -d "$home/package.XXXXXX")
  cat >"$work/connection.json" <<J
{
  "address": "\${CHAINCODE_ADDRESS_$(($1 % 2))}",
  "dial_timeout": "3s",
  "tls_required": true,
  "client_auth_required": true,
  "client_key": "@{CHAINCODE_PEER_KEY_FILE}",
  "client_cert": "@{CHAINCODE_PEER_CERT_FILE}",
  "root_cert": "@{CHAINCODE_CA_FILE}"
}
J
  printf '{ "type": "ccaas", "label": "%s_%s" }\n' "$chaincode" "$1" >"$work/metadata.json"
  tar -czf "$work/code.tar.gz" -C "$work" connection.json
  mkdir -p "$home/packages"
  tar -czf "$work/package" -C "$work" metadata.json code.tar.gz
  mv "$work/package" "$(package "$1")"
  rm -r "$work"
}

package_id() { FABRIC_CFG_PATH=$home/peer-a FABRIC_LOGGING_SPEC=error peer lifecycle chaincode calculatepackageid "$(package "$1")"; }

make_server() { # letter, sequence, package id: the folder of a chaincode process
  local folder=$home/chaincode-$1.$2
  mkdir -p "$folder"
  cat >"$folder/chaincode.env" <<V
export CHAINCODE_SERVER_ADDRESS=127.0.0.1:$(org_port "$1" $((3 + $2 % 2)))
export CHAINCODE_ID=$3
export CHAINCODE_TLS_KEY_FILE=$(chaincode_tls "$1")/chaincode.key
export CHAINCODE_TLS_CERT_FILE=$(chaincode_tls "$1")/chaincode.pem
export CHAINCODE_TLS_CLIENT_CA_FILE=$(chaincode_tls "$1")/ca.pem
export NODE_ENV=production
export LOG_LEVEL=\${FABRIC_CHAINCODE_LOG_LEVEL:-info}
V
}

install() { # letter, sequence
  local said
  said=$(lifecycle "$1" install "$(package "$2")" 2>&1) && return
  [[ $said == *'already successfully installed'* ]] || fail "$(msp_id "$1") could not install the chaincode: $said"
}
approve() { # letter, sequence, package id
  local said
  for _ in $(seq 100); do
    said=$(lifecycle "$1" approveformyorg $(definition "$2") --package-id "$3" $(ordering) 2>&1) && return
    [[ $said == *'unchanged content'* ]] && return
    # A channel that was joined a moment ago elects its leader first.
    [[ $said == *SERVICE_UNAVAILABLE* ]] || break
    sleep 0.2
  done
  fail "$(msp_id "$1") could not approve the chaincode: $said"
}
commit() { # sequence
  local peers=()
  for letter in "${org_letters[@]}"; do
    peers+=(--peerAddresses "127.0.0.1:$(org_port "$letter" 0)" --tlsRootCertFiles "$(peer_dir "$letter")/tls/ca.crt")
  done
  lifecycle a commit $(definition "$1") "${peers[@]}" $(ordering) >"$home/commit.log" 2>&1 ||
    { cat "$home/commit.log" >&2; fail 'the chaincode could not be committed'; }
}
# Nothing, where none is.
sequence_on_channel() {
  { lifecycle a querycommitted --channelID "$channel" --name "$chaincode" 2>/dev/null || true; } | sed -n 's/.*Sequence: \([0-9]*\),.*/\1/p'
}

# Servers of sequences before this one have nothing more to do, and the next to come needs their port.
retire_before() { # sequence
  local folder
  for folder in "$home"/chaincode-?.*; do
    [ "${folder##*.}" -lt "$1" ] || continue
    stop "$(basename "$folder")"
    rm -rf "$folder"
  done
}
