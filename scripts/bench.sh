#!/usr/bin/env bash
# Measures, one JSON line a figure on stdout: {"figure":"…","value":…,"unit":"…"}.
#
#   scripts/bench.sh                 everything
#   scripts/bench.sh NAME…           some of: start (needs root and dockerd), api, daemon, raft, scheduler
#
# scheduler: in memory, without daemons, but for raft_placements_per_s: three managers, two of them processes of their
# own, and a session of each of 1000 simulated agents; it wants an idle machine. The largest cluster runs in a process
# of its own whose heap is limited to 3.5 GiB, for a process of less than 4 GB.
#
# raft: three managers as three processes. Its commits are proposed in the leader's process, without the API; etcd's
# beside it come over gRPC from another process (a Debian package, installed when this runs as root; else its figures
# are left out). What clients of our API get is raft.api_creates_per_s: HTTP, JSON, validation, two objects a create.
#
# The binary that is measured is published first; SWARMNET_BINARY names another one.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

declare -A fixtures=([start]=StartBenchmark [api]=ServiceCreateBenchmark [daemon]=DaemonBenchmark [raft]=RaftGroup
  [scheduler]=SchedulerBenchmark)
names=("$@")
[ $# -gt 0 ] || names=(start api daemon raft scheduler)
for name in "${names[@]}"; do
  [ -n "${fixtures[$name]:-}" ] ||
    { echo "bench.sh: no figures named '$name'; there are: start api daemon raft scheduler" >&2; exit 2; }
done

install_etcd() {
  command -v etcd >/dev/null && return
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "bench.sh: etcd is not installed, and this is not root on Debian: raft runs without it" >&2
    return
  fi
  # The package would start a service of its own.
  local policy=/usr/sbin/policy-rc.d made=
  [ -e $policy ] || { printf '#!/bin/sh\nexit 101\n' >$policy; chmod +x $policy; made=1; }
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends etcd-server; } >&2 ||
    echo "bench.sh: etcd-server could not be installed: raft runs without it" >&2
  [ -z "$made" ] || rm -f $policy
}

log=$(mktemp)
export SWARMNET_BENCH_OUT=$log.figures
trap 'rm -f "$log" "$SWARMNET_BENCH_OUT"' EXIT
if [ -z "${SWARMNET_BINARY:-}" ]; then
  dotnet publish Orchestrator -c Release -r linux-x64 -o artifacts/swarmnet -v q >&2
  export SWARMNET_BINARY=$PWD/artifacts/swarmnet/swarmnet
fi
dotnet build Orchestrator.Tests -c Release -v q >&2

measure() {
  : >"$SWARMNET_BENCH_OUT"
  dotnet test Orchestrator.Tests -c Release --no-build -v q \
    --filter "FullyQualifiedName~Benchmarks.$1" -- NUnit.ExplicitMode=Relaxed >"$log" 2>&1 ||
    { cat "$log" >&2; exit 1; }
  [ -s "$SWARMNET_BENCH_OUT" ] || { echo "bench.sh: $1 gave no figures" >&2; cat "$log" >&2; exit 1; }
  cat "$SWARMNET_BENCH_OUT"
}

for name in "${names[@]}"; do
  [ "$name" != raft ] || install_etcd
  measure "${fixtures[$name]}"
  [ "$name" = scheduler ] || continue
  DOTNET_GCHeapHardLimit=0xE0000000 measure LargestSchedulerBenchmark
  measure PlacementBenchmark
done
