#!/usr/bin/env bash
# Runs three tasks of a small web server, asks each of them, and removes them again. See README.md.
set -euo pipefail
swarmnet=${SWARMNET:-swarmnet}

"$swarmnet" service create --quiet --name hello --replicas 3 --publish mode=host,target=8080 swarmnet sample web
trap '"$swarmnet" service rm hello >/dev/null' EXIT

"$swarmnet" service ps hello
"$swarmnet" service ps hello --filter desired-state=running --format '{{.Ports}}' | grep -oE '[0-9]+->' | tr -d '>-' |
  while read -r port; do
    curl -fsS --max-time 5 "http://127.0.0.1:$port/"
  done
"$swarmnet" service logs hello
