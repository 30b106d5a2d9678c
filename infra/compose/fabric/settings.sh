# Sourced by the jobs and starters beside this, which run in containers. Secrets are files in /run/secrets, what is made of them lies in memory.
set -euo pipefail
fail() { echo "fabric: $*" >&2; exit 1; }
secret() { echo "/run/secrets/$1"; }

# An MSP's folder, as Fabric reads it: folder, identities' authority, TLS's authority, certificate and key (or none).
make_msp() {
  local folder=$1
  mkdir -p "$folder"/{cacerts,tlscacerts,signcerts,keystore}
  cp "$(secret "$2")" "$folder/cacerts/ca.pem"
  cp "$(secret "$3")" "$folder/tlscacerts/ca.pem"
  if [ -n "${4:-}" ]; then
    cp "$(secret "$4")" "$folder/signcerts/cert.pem"
    cp "$(secret "$5")" "$folder/keystore/key.pem"
  fi
  {
    echo 'NodeOUs:'
    echo '  Enable: true'
    for role in Client Peer Admin Orderer; do
      echo "  ${role}OUIdentifier: { Certificate: cacerts/ca.pem, OrganizationalUnitIdentifier: ${role,,} }"
    done
  } >"$folder/config.yaml"
}
wait_for() { # what, seconds, command…
  local what=$1 tries=$2
  shift 2
  for _ in $(seq "$tries"); do
    if "$@"; then return; fi
    sleep 1
  done
  fail "$what"
}
