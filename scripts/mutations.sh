#!/usr/bin/env bash
# Proves that the consensus simulation finds bugs: puts one deliberate bug after the other into a scratch copy, and runs seeds
# until one fails. The bugs are patches in Orchestrator.Tests/Testdata/mutations, each beginning with what it breaks.
#
#   scripts/mutations.sh            all
#   scripts/mutations.sh NAME…      some, named as the files without ".patch"
#
# Says "caught after N seeds" or "NOT CAUGHT" for each. Exit code 1 when one was not caught, does not apply any more, or does not
# compile: then the patch is mended, or the simulation is.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
root=$PWD
patches=$root/Orchestrator.Tests/Testdata/mutations
most_seeds=${MOST_SEEDS:-2000}

names=("$@")
[ $# -gt 0 ] || mapfile -t names < <(cd "$patches" && ls ./*.patch | sed -E 's|^\./||; s|\.patch$||')
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# What scripts/simulation/Simulation.csproj compiles, and nothing else.
copy() {
  rm -rf "$scratch/tree"
  mkdir -p "$scratch/tree"
  tar -C "$root" --exclude=bin --exclude=obj -cf - Orchestrator/Consensus/Core Orchestrator/Primitives \
    Orchestrator.Tests/Simulation/Consensus scripts/simulation Directory.Build.props Directory.Packages.props global.json |
    tar -C "$scratch/tree" -xf -
}

try() {
  local name=$1 patch=$patches/$1.patch log=$scratch/$1.log
  [ -f "$patch" ] || { echo "$name: there is no such patch"; return 1; }
  copy
  (cd "$scratch/tree" && git apply --whitespace=nowarn "$patch") 2>"$log" ||
    { echo "$name: DOES NOT APPLY any more"; cat "$log"; return 1; }
  dotnet build "$scratch/tree/scripts/simulation" -c Release -v q -o "$scratch/out" >"$log" 2>&1 ||
    { echo "$name: DOES NOT COMPILE"; grep -m3 error "$log"; return 1; }
  if dotnet "$scratch/out/Simulation.dll" --seeds "$most_seeds" --stop --events 0 >"$log" 2>&1; then
    echo "$name: NOT CAUGHT in $most_seeds seeds"
    return 1
  fi
  local last
  last=$(tail -1 "$log")
  [[ $last =~ ^([0-9]+)\ seeds,\ [0-9]+\ failed$ ]] || { echo "$name: the simulation ended by itself"; tail -5 "$log"; return 1; }
  echo "$name: caught after ${BASH_REMATCH[1]} seeds: $(grep -m1 FAILED "$log" | cut -c8-180)"
}

missed=0
for name in "${names[@]}"; do
  try "$name" || missed=$((missed + 1))
done
echo "${#names[@]} mutations, $missed missed"
[ "$missed" -eq 0 ]
