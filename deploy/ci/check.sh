#!/usr/bin/env bash
# Builds deploy/Dockerfile for real, starts deploy/compose.yaml with it, and sends one SOS through. Needs a Docker
# engine, compose (plugin or docker-compose), curl and mosquitto_pub; exit code 0 where all of it held.
set -euo pipefail
cd "$(dirname "$0")/../.."

export VIGIL_IMAGE=vigil-check INFLUXDB_IMAGE=vigil-test-influxdb COMPOSE_PROJECT_NAME=vigil-check
# Any free port: something else may use the usual ones.
export MQTT_PORT=0 MQTTS_PORT=0 HTTP_PORT=0 HTTPS_PORT=0

compose() {
  if docker compose version >/dev/null 2>&1; then docker compose -f deploy/compose.yaml "$@"
  else docker-compose -f deploy/compose.yaml "$@"; fi
}
step() { printf 'deploy: %s\n' "$*"; }
fail() {
  printf 'deploy: FAILED: %s\n' "$*"
  compose logs --tail=30 || true
  exit 1
}
# until_ok <seconds> <what> <command…>: tries the command every half second.
until_ok() {
  local tries=$(($1 * 2)) what=$2
  shift 2
  for ((i = 0; i < tries; i++)); do
    "$@" && return 0
    sleep 0.5
  done
  fail "$what"
}

clean() { compose down --volumes --remove-orphans >/dev/null 2>&1 || true; }
trap clean EXIT
clean

step 'building the image'
bash deploy/ci/base_images.sh
proxies=()
for name in HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy; do
  [ -z "${!name:-}" ] || proxies+=(--build-arg "$name")
done
log=$(mktemp)
build() {
  timeout 420 docker build --network=host "${proxies[@]}" --build-arg BASE=vigil-base -f deploy/Dockerfile \
    -t "$VIGIL_IMAGE" . >"$log" 2>&1
}
# Once more: npm has been seen to wait for ever for a large package that it had received.
build || build || { tail -n 40 "$log"; fail 'the image was not built'; }
rm "$log"

step 'starting Vigil and InfluxDB'
compose up -d --no-build >/dev/null 2>&1 || { compose up -d --no-build || true; fail 'compose does not start it'; }
vigil=$(compose ps -q vigil)
is_healthy() { [ "$(docker inspect --format '{{.State.Health.Status}}' "$vigil")" = healthy ]; }
until_ok 120 'Vigil does not become healthy' is_healthy
[ "$(docker exec "$vigil" id -u)" != 0 ] || fail 'Vigil runs as root'

local_port() { compose port vigil "$1" | sed 's/.*://'; }
api=http://127.0.0.1:$(local_port 8080)/api/v1
mqtt=$(local_port 1883)
token=$(docker exec "$vigil" node app/vigil.ts token)
call() { # method, path, body
  curl --silent --show-error --fail --noproxy '*' -X "$1" "$api$2" -H "authorization: Bearer $token" \
    -H 'content-type: application/json' ${3:+--data "$3"}
}
call POST /areas '{"id":"a-1","name":"Area"}' >/dev/null
call POST /homes '{"id":"h-1","area":"a-1","address":"Street 1"}' >/dev/null
device=$(call POST /devices '{"id":"w-1","home":"h-1"}' | sed 's/.*"token":"\([^"]*\)".*/\1/')

step 'sending a reading and an SOS'
publish() { mosquitto_pub -h 127.0.0.1 -p "$mqtt" -q 1 -u w-1 -P "$device" -t "vigil/v1/w-1/$1" -m "$2"; }
publish readings '{"readings":{"heart_rate":72}}'
publish signals '{"signal":"sos"}'

has_ticket() { call GET '/tickets?state=open' | grep -q '"kind":"sos"'; }
until_ok 10 'the SOS opened no ticket' has_ticket
# Asked of InfluxDB itself, from inside: its port is not published.
ask_influx='fetch("http://influxdb:8086/query?db=vigil&q=SELECT%20*%20FROM%20%2F.%2A%2F").then((r)=>r.text()).then(console.log)'
has_reading() { docker exec "$vigil" node -e "$ask_influx" | grep -q 72; }
until_ok 20 'the reading is not in InfluxDB' has_reading

step 'stopping'
compose stop >/dev/null 2>&1
[ "$(docker inspect --format '{{.State.ExitCode}}' "$vigil")" = 0 ] || fail 'Vigil did not stop cleanly'
step 'passed: image built, one SOS through, readings in InfluxDB, stopped cleanly'
