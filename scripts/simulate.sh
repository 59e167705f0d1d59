#!/usr/bin/env bash
# Runs the Raft core in simulated worlds, each seed with groups of three and of five members, on all processors.
#
#   scripts/simulate.sh                         1000 seeds from 1
#   scripts/simulate.sh --seeds N [--from S]    N seeds from S
#   scripts/simulate.sh --stop …                ends at the first seed that fails
#
# A seed that fails is printed with its last events. The last line is "N seeds, F failed"; exit code 1 when F is not 0.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet build scripts/simulation -c Release -v q -o artifacts/simulation >&2
exec dotnet artifacts/simulation/Simulation.dll "$@"
