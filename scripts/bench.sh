#!/usr/bin/env bash
# Measures, one JSON line a figure on stdout: {"figure":"…","value":…,"unit":"…"}.
#
#   scripts/bench.sh                 everything
#   scripts/bench.sh NAME…           some of: start (needs root and dockerd), api, daemon
#
# The binary that is measured is published first; SWARMNET_BINARY names another one.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

declare -A fixtures=([start]=StartBenchmark [api]=ServiceCreateBenchmark [daemon]=DaemonBenchmark)
names=("$@")
[ $# -gt 0 ] || names=(start api daemon)
for name in "${names[@]}"; do
  [ -n "${fixtures[$name]:-}" ] || { echo "bench.sh: no figures named '$name'; there are: start api daemon" >&2; exit 2; }
done

log=$(mktemp)
export SWARMNET_BENCH_OUT=$log.figures
trap 'rm -f "$log" "$SWARMNET_BENCH_OUT"' EXIT
if [ -z "${SWARMNET_BINARY:-}" ]; then
  dotnet publish Orchestrator -c Release -r linux-x64 -o artifacts/swarmnet -v q >&2
  export SWARMNET_BINARY=$PWD/artifacts/swarmnet/swarmnet
fi
dotnet build Orchestrator.Tests -c Release -v q >&2

for name in "${names[@]}"; do
  : >"$SWARMNET_BENCH_OUT"
  dotnet test Orchestrator.Tests -c Release --no-build -v q \
    --filter "FullyQualifiedName~Benchmarks.${fixtures[$name]}" -- NUnit.ExplicitMode=Relaxed >"$log" 2>&1 ||
    { cat "$log" >&2; exit 1; }
  [ -s "$SWARMNET_BENCH_OUT" ] || { echo "bench.sh: $name gave no figures" >&2; cat "$log" >&2; exit 1; }
  cat "$SWARMNET_BENCH_OUT"
done
