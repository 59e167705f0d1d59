#!/usr/bin/env bash
# Runs every test. As root it first installs what the tests of real engines and networks need (Debian packages);
# without root, or without them, those tests are skipped and counted as skipped.
#
#   scripts/test.sh             everything
#   scripts/test.sh FILTER      only tests whose full name contains FILTER
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

packages=(docker.io iptables nftables iproute2 busybox-static python3-msgpack strace curl)
install_packages() {
  local missing=()
  for package in "${packages[@]}"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  echo "installing ${missing[*]}"
  # A package that starts a service of its own is not wanted here.
  local policy=/usr/sbin/policy-rc.d made=
  [ -e $policy ] || { printf '#!/bin/sh\nexit 101\n' >$policy; chmod +x $policy; made=1; }
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  [ -z "$made" ] || rm -f $policy
}
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then install_packages; fi

results=artifacts/test-results
rm -rf "$results"; mkdir -p "$results"
dotnet publish Orchestrator -c Release -r linux-x64 -o artifacts/swarmnet -v q
dotnet build Orchestrator.Tests -c Release -v q
export SWARMNET_BINARY=$PWD/artifacts/swarmnet/swarmnet

status=0
dotnet test Orchestrator.Tests -c Release --no-build -v q --logger "trx;LogFileName=results.trx" \
  --logger "console;verbosity=normal" --results-directory "$results" --blame-hang-timeout 5m \
  ${1:+--filter "FullyQualifiedName~$1"} >"$results/output.txt" 2>&1 || status=$?
grep -E '^ *(Failed|Skipped) |^ *(Error Message|Expected|But was)' -A3 "$results/output.txt" || true

counters=$(grep -o '<Counters [^>]*>' "$results/results.trx")
count() { sed -E "s/.* $1=\"([0-9]+)\".*/\1/" <<<"$counters"; }
# What is neither passed nor failed was skipped: measurements that run only when asked for, and what this machine lacks.
passed=$(count passed) failed=$(($(count executed) - $(count passed)))
skipped=$(($(count total) - $(count executed)))
if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then tail -40 "$results/output.txt"; exit "$status"; fi
if [ "$passed" -eq 0 ]; then echo "no test ran"; exit 1; fi
echo "$passed passed, $failed failed, $skipped skipped"
exit "$status"
