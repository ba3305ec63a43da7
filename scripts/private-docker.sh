#!/usr/bin/env bash
# Runs a command with a private Docker engine, for machines that have none running or that cannot pull images:
#   scripts/private-docker.sh node scripts/try-compose.mjs
# The base images are made from Debian's packages and npm's, under the names that Dockerfile and docker-compose.yml use:
# the same programs as in the official images, not the same builds or entry points. For the catcher of mails and the S3 store
# there are no packages of the same programs: scripts/stand-ins takes their places. Needs root, Docker's programs (Debian's
# docker.io), mmdebstrap, iptables and npm; where docker has no compose plugin, as in Debian 12, that of Debian 13 is taken. What
# it makes lies in one folder and is removed at the end; the engine itself leaves its key in /etc/docker and empty folders in /run.
# A certificate authority in NODE_EXTRA_CA_CERTS is trusted inside the made Node image too.
set -euo pipefail

[ $# -gt 0 ] || { echo "usage: $0 <command> [arguments]" >&2; exit 2; }
[ "$(id -u)" = 0 ] || { echo 'A Docker engine of its own can only be started by root.' >&2; exit 1; }
for program in docker dockerd containerd runc mmdebstrap iptables npm; do
  command -v "$program" >/dev/null || { echo "$program is missing; install it and run the command again." >&2; exit 1; }
done

readonly PROJECT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
readonly WORK="$(mktemp -d "${TMPDIR:-/tmp}/leveret-docker-XXXXXX")"
export DOCKER_HOST="unix://$WORK/docker.sock"
engine=''

clean_up() {
  status=$?
  trap - EXIT
  if [ -n "$engine" ] && docker info >/dev/null 2>&1; then
    docker ps --all --quiet | xargs --no-run-if-empty docker rm --force --volumes >/dev/null
    docker network prune --force >/dev/null
  fi
  if [ -n "$engine" ]; then
    kill "$engine" 2>/dev/null || true
    wait "$engine" || true
  fi
  awk -v work="$WORK/" 'index($2, work) == 1 { print $2 }' /proc/mounts | sort --reverse | xargs --no-run-if-empty umount || true
  rm -rf --one-file-system "$WORK"
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

ensure_compose() {
  docker compose version >/dev/null 2>&1 && return
  local plugins="$WORK/docker/cli-plugins"
  echo "… Fetching Docker's compose plugin from Debian's trixie"
  mmdebstrap --quiet --variant=extract --include=docker-compose trixie "$WORK/compose" >"$WORK/debian.log" 2>&1 ||
    { tail -n 15 "$WORK/debian.log" >&2; exit 1; }
  mkdir -p "$plugins"
  mv "$WORK/compose/usr/libexec/docker/cli-plugins/docker-compose" "$plugins/"
  rm -rf "$WORK/compose"
  export DOCKER_CONFIG="$WORK/docker"
  docker compose version >/dev/null || { echo "Docker's compose plugin is missing, and that of Debian 13 does not run." >&2; exit 1; }
}

start_engine() {
  # The machine's own packet filter and routes stay as they are: containers reach each other, not the world outside.
  # The limit is for RabbitMQ, which makes a table as large as the number of files it may open.
  dockerd --host "$DOCKER_HOST" --data-root "$WORK/data" --exec-root "$WORK/run" --pidfile "$WORK/docker.pid" \
    --storage-driver overlay2 --bridge=none --iptables=false --ip6tables=false --ip-forward=false \
    --default-ulimit nofile=20000:20000 >"$WORK/engine.log" 2>&1 &
  engine=$!
  for _ in $(seq 100); do
    docker info >/dev/null 2>&1 && return
    kill -0 "$engine" 2>/dev/null || break
    sleep 0.2
  done
  echo 'The Docker engine did not start. The end of its log:' >&2
  tail -n 15 "$WORK/engine.log" >&2
  exit 1
}

debian() { # <suite> <packages> <tar> [options]
  local suite=$1 packages=$2 tar=$3
  shift 3
  echo "… Making $(basename "$tar" .tar) from Debian's $suite"
  mmdebstrap --quiet --variant=minbase --include="$packages" --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-exclude=/usr/share/man/*' "$@" "$suite" "$tar" >"$WORK/debian.log" 2>&1 ||
    { tail -n 15 "$WORK/debian.log" >&2; exit 1; }
}

make_node_image() { # as node:24-bookworm-slim: Node in /usr/local, a user "node"
  local modules="$WORK/node/node_modules" trust=()
  echo '… Fetching Node'
  (cd "$WORK" && npm install --silent --no-save --prefix node "node-linux-$(node -p process.arch)@24" npm@11)
  mkdir -p "$WORK/node/usr/local/bin" "$WORK/node/usr/local/lib/node_modules"
  cp "$modules"/node-linux-*/bin/node "$WORK/node/usr/local/bin/"
  cp -r "$modules/npm" "$WORK/node/usr/local/lib/node_modules/"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$WORK/node/usr/local/bin/npm"
  if [ -n "${NODE_EXTRA_CA_CERTS:-}" ]; then
    cp "$NODE_EXTRA_CA_CERTS" "$WORK/node/usr/local/trusted.pem"
    trust=(--change 'ENV NODE_EXTRA_CA_CERTS=/usr/local/trusted.pem')
  fi
  debian bookworm libstdc++6 "$WORK/node.tar" \
    --customize-hook='chroot "$1" useradd --create-home --uid 1000 --user-group --shell /bin/bash node' \
    --customize-hook="cp -r '$WORK/node/usr/.' \"\$1/usr/\""
  docker import "${trust[@]}" --change 'CMD ["node"]' "$WORK/node.tar" node:24-bookworm-slim >/dev/null
}

make_server_images() { # as postgres:17 and rabbitmq:4-management, started as the server's own user
  cat >"$WORK/postgres-entrypoint" <<'ENTRY'
#!/bin/bash
set -e
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  chmod 700 "$PGDATA"
  initdb --username="$POSTGRES_USER" --pwfile=<(echo "$POSTGRES_PASSWORD") --auth=scram-sha-256 --auth-local=trust
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  echo "listen_addresses = '*'" >>"$PGDATA/postgresql.conf"
  pg_ctl start --wait --options="-c listen_addresses=''"
  createdb --username="$POSTGRES_USER" "$POSTGRES_DB"
  pg_ctl stop --mode=fast
fi
exec "$@"
ENTRY
  echo '[rabbitmq_management,rabbitmq_prometheus].' >"$WORK/enabled_plugins"
  debian trixie rabbitmq-server,postgresql-17 "$WORK/servers.tar" \
    --customize-hook="install -m 755 '$WORK/postgres-entrypoint' \"\$1/usr/local/bin/\"" \
    --customize-hook="install -m 644 '$WORK/enabled_plugins' \"\$1/etc/rabbitmq/\"" \
    --customize-hook='rm -rf "$1"/var/lib/rabbitmq/.erlang.cookie "$1"/var/lib/rabbitmq/mnesia "$1"/var/lib/postgresql/17' \
    --customize-hook='chroot "$1" install -d -o postgres -g postgres -m 1777 /var/lib/postgresql/data'
  docker import "$WORK/servers.tar" servers >/dev/null
  rm "$WORK/servers.tar"
  docker build --quiet --network none --tag postgres:17 - >/dev/null <<'IMAGE'
FROM servers
ENV PATH=/usr/local/bin:/usr/lib/postgresql/17/bin:/usr/bin:/bin PGDATA=/var/lib/postgresql/data
RUN install --directory --owner=postgres --group=postgres --mode=3777 /var/run/postgresql
STOPSIGNAL SIGINT
ENTRYPOINT ["postgres-entrypoint"]
CMD ["postgres"]
IMAGE
  docker build --quiet --tag rabbitmq:4-management - >/dev/null <<'IMAGE'
FROM servers
ENV PATH=/usr/lib/rabbitmq/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/var/lib/rabbitmq LANG=C.UTF-8
CMD ["rabbitmq-server"]
IMAGE
}

make_stand_ins() {
  docker build --quiet --network host --tag stand-ins "$PROJECT/scripts/stand-ins" >/dev/null
}

ensure_compose
start_engine
make_node_image
make_server_images
make_stand_ins
cat >"$WORK/compose.yml" <<'OVERRIDE'
services:
  gateway: { build: { network: host } }
  media: { build: { network: host } }
  email: { build: { network: host } }
  exports: { build: { network: host } }
  integrations: { build: { network: host } }
  s3: { image: stand-ins, entrypoint: [node, s3-store.mjs] }
  mail-catcher: { image: stand-ins, entrypoint: [node, mail-catcher.mjs] }
OVERRIDE
export COMPOSE_FILE="$PROJECT/docker-compose.yml:$WORK/compose.yml"
cd "$PROJECT"
"$@"
