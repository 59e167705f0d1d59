#!/usr/bin/env bash
# Creates or updates the service that a file describes, or removes it, with nothing but HTTP. See README.md.
#
#   deploy.sh FILE.json          deploy.sh --remove NAME
set -euo pipefail

api() { # api METHOD PATH [curl arguments]: prints the answer; fails with status 1, and with 4 when there is no such thing
  local answer status
  answer=$(curl -sS --max-time 30 -w '\n%{http_code}' --unix-socket "${SWARMNET_SOCKET:-/run/swarmnet/swarmnet.sock}" \
    -X "$1" -H 'Content-Type: application/json' "http://localhost$2" "${@:3}")
  status=${answer##*$'\n'} answer=${answer%$'\n'*}
  if ((status < 400)); then echo "$answer"; return; fi
  ((status != 404)) || return 4
  echo "Error: $answer" >&2
  return 1
}

case ${1:-} in
  --remove) api DELETE "/services/${2:?the name of a service}" ;;
  '' | -*) sed -n '2,4s/^# \{0,1\}//p' "$0"; exit 2 ;;
  *)
    name=$(sed -n 's/^  "Name": "\(.*\)",$/\1/p' "$1")
    status=0
    current=$(api GET "/services/$name") || status=$?
    case $status in
      0)
        version=$(grep -oE '"Version":\{"Index":[0-9]+' <<<"$current" | grep -oE '[0-9]+$')
        api POST "/services/$name/update?version=$version" --data-binary "@$1" >/dev/null
        echo "updated $name"
        ;;
      4)
        api POST /services/create --data-binary "@$1" >/dev/null
        echo "created $name"
        ;;
      *) exit "$status" ;;
    esac
    ;;
esac
