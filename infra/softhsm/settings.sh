# Where the token of SoftHSM lies; sourced by up, down and status.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
engines=${CHARTSEAL_ENGINES_DIR:-$root/.data/engines}
# Each instance is a token of its own.
mkdir -p "$engines/softhsm/${SOFTHSM_INSTANCE:-main}"
home=$(cd "$engines/softhsm/${SOFTHSM_INSTANCE:-main}" && pwd)
tokens=$home/tokens
label=chartseal
export SOFTHSM2_CONF=$home/softhsm2.conf

fail() {
  echo "softhsm: $*" >&2
  exit 1
}

# SOFTHSM_MODULE, else where Debian, Fedora and Homebrew put it.
module_path() {
  local file
  for file in "${SOFTHSM_MODULE:-}" /usr/lib/softhsm/libsofthsm2.so /usr/lib/*/softhsm/libsofthsm2.so /usr/lib64/pkcs11/libsofthsm2.so \
    /opt/homebrew/lib/softhsm/libsofthsm2.so /usr/local/lib/softhsm/libsofthsm2.so; do
    [ -f "$file" ] && echo "$file" && return
  done
  return 1
}

is_there() {
  [ -f "$home/ready" ]
}
