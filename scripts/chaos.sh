#!/usr/bin/env bash
# Faults for a group of three managers, each the real program, while clients write; in the end nothing that was
# acknowledged may be lost, nothing counted twice, and the three must recover to the same bytes. Needs root, strace,
# nftables; the managers' data lies below artifacts/, which must be on a real disk.
#
#   scripts/chaos.sh [--minutes N] [--seed S] [FAULT...]
#
# The first fault strikes for N minutes (10), each other one for a fifth of that. The seed, which is printed, decides
# every choice. Faults, and what is done when none is named, in this order:
#   kill            kill -9 of the leader, again and again
#   freeze          the leader is stopped until another one leads, then goes on (SIGSTOP, SIGCONT)
#   disk-error      every flush of one manager fails (EIO)
#   disk-delay      every flush of the leader takes five seconds
#   disk-full       one manager has no room
#   deaf-leader     the leader hears nobody, everybody hears it
#   mute-leader     nobody hears the leader, it hears everybody
#   deaf-follower   one follower does not hear the leader
#
# The last line has the figures; exit code 0 when all was as it has to be.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

die() { echo "chaos.sh: $*" >&2; exit 2; }
known='kill freeze disk-error disk-delay disk-full deaf-leader mute-leader deaf-follower'
minutes=10 seed= faults=()
while [ $# -gt 0 ]; do
  case $1 in
    --minutes) minutes=${2:-}; shift 2 || die "--minutes needs a number" ;;
    --seed) seed=${2:-}; shift 2 || die "--seed needs a number" ;;
    *) [[ " $known " == *" $1 "* ]] || die "there is no fault '$1'; there are: $known"; faults+=("$1"); shift ;;
  esac
done
[[ $minutes =~ ^[0-9]+(\.[0-9]+)?$ ]] || die "--minutes '$minutes' must be a number like 10 or 0.5"
[[ $seed =~ ^[0-9]{0,9}$ ]] || die "--seed '$seed' must be a whole number of at most 9 digits"
[ "$(id -u)" = 0 ] || die "needs root, for signals, mounts and networks"
for tool in /usr/bin/strace /usr/sbin/nft; do [ -x $tool ] || die "needs $tool"; done

mkdir -p artifacts
work=$(mktemp -d "$PWD/artifacts/chaos.XXXXXX")
[[ $(stat -f -c %T "$work") != tmpfs ]] || { rmdir "$work"; die "$work is in memory: the managers need a real disk"; }
export LAB_LIST=$work/labs
export SWARMNET_CHAOS_OUT=$work/out SWARMNET_CHAOS_MINUTES=$minutes SWARMNET_CHAOS_SEED=$seed
export SWARMNET_CHAOS_FAULTS="${faults[*]:-}"
touch "$SWARMNET_CHAOS_OUT" "$LAB_LIST"

running= showing=
clear_up() { # whatever ended it: only what this very run started and made
  local dir id net mount n
  trap - EXIT
  # A session of its own: the group holds the test run, the managers, and nobody else.
  if [ -n "$running" ]; then
    for ((n = 0; n < 100; n++)); do
      kill -KILL -- "-$running" 2>/dev/null || break # nobody is left
      sleep 0.1
    done
  fi
  [ -z "$showing" ] || kill "$showing" 2>/dev/null || true
  while read -r dir id net; do
    LAB=$dir LAB_ID=$id LAB_NET=$net scripts/lab down
  done < <(sort -u "$LAB_LIST")
  while read -r mount; do umount -l "$mount"; done < <(awk -v w="$work/" 'index($2, w) == 1 { print $2 }' /proc/self/mounts)
  rm -rf "$work"
}
trap clear_up EXIT
trap 'exit 130' INT TERM

if [ -z "${SWARMNET_BINARY:-}" ]; then
  dotnet publish Orchestrator -c Release -r linux-x64 -o artifacts/swarmnet -v q >&2
  export SWARMNET_BINARY=$PWD/artifacts/swarmnet/swarmnet
fi
dotnet build Orchestrator.Tests -c Release -v q >&2

tail -n +1 -f "$SWARMNET_CHAOS_OUT" &
showing=$!
TMPDIR=$work setsid dotnet test Orchestrator.Tests -c Release --no-build -v q --logger "console;verbosity=normal" \
  --filter "FullyQualifiedName~Chaos.ChaosLongRun" -- NUnit.ExplicitMode=Relaxed >"$work/log" 2>&1 </dev/null &
running=$!
status=0
wait "$running" || status=$?
[ "$status" = 0 ] || { cat "$work/log" >&2; echo "chaos.sh: failed with seed $(sed -n 's/^seed //p' "$SWARMNET_CHAOS_OUT")" >&2; }
kill "$showing"; wait "$showing" 2>/dev/null || true
showing=
[ "$status" != 0 ] || [[ $(tail -1 "$SWARMNET_CHAOS_OUT") == *byte-equal* ]] || { echo "chaos.sh: nothing was checked" >&2; status=1; }
exit "$status"
