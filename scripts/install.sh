#!/bin/sh
# Installs swarmnet on this host as a systemd service, or removes it again. Running it twice does no harm; running it with a newer
# binary is the upgrade. Tasks go on while the daemon is replaced.
set -eu

bin_dir=${SWARMNET_BIN_DIR:-/usr/local/bin}
unit_dir=${SWARMNET_UNIT_DIR:-/etc/systemd/system}
unit_name=swarmnet.service

usage() {
    cat <<TEXT
usage: install.sh [--no-start] BINARY     install or upgrade: BINARY is the published file "swarmnet"
       install.sh --uninstall [--purge]   remove the service and the binary; --purge: and all data of this node
TEXT
}

fail() {
    echo "install.sh: $1" >&2
    exit 1
}

has_systemd() {
    [ -d /run/systemd/system ]
}

reload() {
    if has_systemd; then
        systemctl daemon-reload
    fi
}

require_root() {
    [ "$(id -u)" -eq 0 ] || fail "must run as root (try: sudo $0 $*)"
}

# Renamed into place: the running daemon and the supervisors of running tasks keep the old file until they end.
# Writing into it instead would fail ("text file busy") or break them.
place() {
    source_file=$1
    target_file=$2
    mode=$3
    draft=$(mktemp "$target_file.XXXXXX") || fail "cannot write to $(dirname "$target_file")"
    if cp "$source_file" "$draft" && chmod "$mode" "$draft" && mv -f "$draft" "$target_file"; then
        return 0
    fi
    rm -f "$draft"
    fail "cannot write $target_file"
}

install_all() {
    binary=$1
    here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
    unit=$here/systemd/$unit_name
    [ -f "$binary" ] || fail "there is no file $binary; publish it first: dotnet publish Orchestrator -r linux-x64 -c Release"
    [ -r "$unit" ] || fail "there is no unit file $unit next to this script"
    chmod +x "$binary" 2>/dev/null || true
    "$binary" --version >/dev/null 2>&1 || fail "$binary does not run on this host (wrong architecture or C library?)"

    mkdir -p "$bin_dir" "$unit_dir"
    place "$binary" "$bin_dir/swarmnet" 0755
    place "$unit" "$unit_dir/$unit_name" 0644
    echo "installed $bin_dir/swarmnet and $unit_dir/$unit_name"
    reload
    if ! has_systemd; then
        echo "systemd does not run here: start it yourself with: $bin_dir/swarmnet daemon"
        return 0
    fi
    systemctl enable --quiet "$unit_name"
    if [ "$start" = no ]; then
        return 0
    fi
    systemctl restart "$unit_name" || fail "the service did not start; see: journalctl -u $unit_name -n 50"
    echo "swarmnet runs; see: systemctl status swarmnet"
}

uninstall_all() {
    if has_systemd && [ -f "$unit_dir/$unit_name" ]; then
        systemctl disable --quiet --now "$unit_name" || fail "the service could not be stopped; see: systemctl status $unit_name"
    fi
    rm -f "$unit_dir/$unit_name" "$bin_dir/swarmnet"
    reload
    echo "removed $bin_dir/swarmnet and $unit_dir/$unit_name"
    if [ "$purge" = yes ]; then
        rm -rf /var/lib/swarmnet /run/swarmnet
        echo "removed /var/lib/swarmnet"
    else
        echo "kept /var/lib/swarmnet and running tasks; --purge removes the data"
    fi
}

action=install
start=yes
purge=no
binary_path=
while [ $# -gt 0 ]; do
    case $1 in
        --uninstall) action=uninstall ;;
        --purge) purge=yes ;;
        --no-start) start=no ;;
        -h | --help)
            usage
            exit 0
            ;;
        -*) usage >&2; fail "unknown option $1" ;;
        *)
            [ -z "$binary_path" ] || fail "one binary is enough: $1"
            binary_path=$1
            ;;
    esac
    shift
done

if [ "$action" = uninstall ]; then
    [ -z "$binary_path" ] || fail "--uninstall takes no binary"
    require_root --uninstall
    uninstall_all
else
    [ "$purge" = no ] || fail "--purge goes with --uninstall only"
    [ -n "$binary_path" ] || { usage >&2; fail "which binary?"; }
    require_root "$binary_path"
    install_all "$binary_path"
fi
