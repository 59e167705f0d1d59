#!/usr/bin/env bash
# Builds swarmnet, starts a one-host cluster on embedded defaults (no Docker needed), runs a service with three
# tasks, shows them, asks one for an answer over HTTP, and removes everything again.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

say() { printf '\n$ %s\n' "$*"; }
say dotnet build Orchestrator -c Release
dotnet build Orchestrator -c Release -v q
swarmnet=$PWD/Orchestrator/bin/Release/net10.0/swarmnet

home=$(mktemp -d)
socket=$home/swarmnet.sock
export SWARMNET_HOST=unix://$socket
cleanup() {
  [ -S "$socket" ] && "$swarmnet" leave --force >/dev/null 2>&1 || true
  [ -z "${daemon:-}" ] || { kill "$daemon" 2>/dev/null || true; wait "$daemon" 2>/dev/null || true; }
  rm -rf "$home"
}
trap cleanup EXIT

say swarmnet daemon
"$swarmnet" daemon --data-dir "$home/data" --socket "$socket" --listen-addr 127.0.0.1:0 --runtime process \
  2>"$home/daemon.log" &
daemon=$!
for _ in $(seq 200); do
  [ -S "$socket" ] && break
  kill -0 "$daemon" 2>/dev/null || { cat "$home/daemon.log" >&2; exit 1; }
  sleep 0.1
done

say swarmnet init
"$swarmnet" init --advertise-addr 127.0.0.1
say swarmnet service create --name web --replicas 3 --publish mode=host,target=8080 swarmnet sample web
"$swarmnet" service create --name web --replicas 3 --publish mode=host,target=8080 swarmnet sample web
say swarmnet service ps web
"$swarmnet" service ps web

port=$("$swarmnet" service ps web --format '{{.Ports}}' | grep -oE '[0-9]+->8080' | head -1 | cut -d- -f1)
say "curl http://127.0.0.1:$port/"
if command -v curl >/dev/null; then
  curl -fsS --max-time 5 "http://127.0.0.1:$port/"
else
  exec 3<>"/dev/tcp/127.0.0.1/$port"; printf 'GET / HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3; cat <&3; exec 3>&-
fi
say swarmnet leave --force
"$swarmnet" leave --force
