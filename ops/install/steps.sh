#!/usr/bin/env bash
# What try.sh and vm.sh have in common: how a package is tried, as a new operator would. They read this file, and say what differs:
#   inside COMMAND...          runs a command as root in the machine that is tried, with this one's input and output
#   start_server, stop_server  and wait until it answers, or does not any more
#   $work                      a folder of this machine for logs
# shellcheck disable=SC2154 # They set $work.
set -euo pipefail

domain=books.example.org
me=$(basename "$0" .sh)
fail() { echo "$me: FAIL: $*" >&2; exit 1; }
pass() { echo "$me: ok: $*"; }
as_server() { inside runuser -u workspace-server -- workspace-server "$@"; }
rows() { as_server query -w Try --json "SELECT count(*), sum(length(name)) FROM parties" | tr -d ' \n' | grep -o '"rows":\[\[[^]]*\]'; }
# wait_for COMMAND...: until it succeeds; an emulated machine needs longer.
wait_for() {
    local until=$((SECONDS + ${patience:-20}))
    while [ $SECONDS -lt $until ]; do ! "$@" 2>/dev/null || return 0; sleep 0.1; done
    fail "waited in vain for: $*"
}
answers() { inside curl -sf -o /dev/null --max-time 2 http://127.0.0.1:8080/readyz; }
is_stopped() { ! inside curl -s -o /dev/null --max-time 1 http://127.0.0.1:8080/healthz; }
# quietly WHAT COMMAND...: shows what the command prints only if it fails.
quietly() {
    local what=$1
    shift
    "$@" >"$work/quietly.log" 2>&1 || { cat "$work/quietly.log"; fail "$what"; }
}
apt() { quietly "apt-get $*" inside env DEBIAN_FRONTEND=noninteractive apt-get -qq -y "$@"; }
write() { inside tee "$1" >/dev/null; }

# debian RELEASE FOLDER PACKAGES: a fresh Debian, with this machine's own sources and proxy, unless another release is asked for.
debian() {
    local release=$1 root=$2 packages=$3 file sources=()
    shift 3
    if grep -q "VERSION_CODENAME=$release" /etc/os-release; then for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do [ ! -s "$file" ] || sources+=("$file"); done; fi
    mmdebstrap --quiet "$@" --include="$packages" "$release" "$root" "${sources[@]}"
    apt-config dump | grep -E '^Acquire::(Check-|https?::Proxy )' >"$root/etc/apt/apt.conf.d/99this-machine" || true
}

# later OLD.deb NEW.deb: the same program, called a later version.
later() {
    local tree
    tree=$(mktemp -d)
    dpkg-deb -R "$1" "$tree/tree"
    sed -i 's/^Version: .*/&+later/' "$tree/tree/DEBIAN/control"
    dpkg-deb --root-owner-group -Zgzip -b "$tree/tree" "$2" >/dev/null
    rm -rf "$tree"
}

# The user, the folders and their modes, as the package leaves them.
package_is_sound() {
    local file
    for file in /var/lib/workspace-server /etc/workspace-server/keys /var/backups/workspace-server; do
        [ "$(inside stat -c '%U %a' "$file")" = "workspace-server 700" ] || fail "owner or mode of $file"
    done
    inside getent passwd workspace-server | grep -q ':/usr/sbin/nologin$' || fail "the user has a shell"
    pass "package: user, folders, modes"
}

# install_twice [OPTIONS...]: the second time changes nothing.
install_twice() {
    local installer=/usr/share/workspace-server/install/install.sh
    inside $installer --domain $domain "$@" >"$work/first.log" 2>&1 || { cat "$work/first.log"; fail "install.sh $*"; }
    inside $installer --domain $domain "$@" >"$work/second.log" 2>&1 || { cat "$work/second.log"; fail "install.sh $* again"; }
    ! grep -E '^doing' "$work/second.log" | grep -v ' systemctl ' || fail "the second run changed something"
    inside nginx -t -q || fail "nginx does not take its files"
    inside nft -c -f /etc/nftables.conf || fail "nftables does not take its rules"
    quietly "fail2ban does not take its files" inside fail2ban-client -t
    pass "installer $*: twice, and the second time changes nothing; nginx, nftables and fail2ban take their files"
}

# names WHAT CURE [OPTIONS...]: the doctor fails, and says this of the cure.
names() {
    local what=$1 cure=$2
    shift 2
    ! as_server doctor "$@" >"$work/doctor.log" 2>&1 || fail "doctor is content with $what"
    grep -qF -- "$cure" "$work/doctor.log" || { cat "$work/doctor.log"; fail "doctor does not say '$cure' of $what"; }
}
# Wrong turns: the doctor names each, and what mends it.
wrong_turns() {
    local key=/etc/workspace-server/keys/master.key settings=/etc/workspace-server/appsettings.json secrets=/etc/workspace-server/server.env before wrong
    before=$(rows)
    stop_server
    inside chmod 0444 $key
    names "a key that others may read" "chmod 0400 $key"
    inside mv $key $key.away
    names "a missing key" "Put your copy of it there"
    inside mv $key.away $key
    inside chmod 0400 $key
    inside chmod 0755 /var/lib/workspace-server
    names "a folder that others may enter" "chmod 0700 /var/lib/workspace-server"
    inside chmod 0700 /var/lib/workspace-server
    inside cp $settings $settings.away
    for wrong in '{ "Server": { "PublicUrl": "books" } }|Server:PublicUrl' '{ "Sever": {} }|There is no section' '{ "Server": { "Prot": 1 } }|There is no setting' '{ "Server": |cannot be read' '{ "Mail": { "Password": "x" } }|There is no setting'; do
        write $settings <<<"${wrong%|*}"
        names "the settings ${wrong%|*}" "${wrong#*|}"
        ! as_server serve >/dev/null 2>&1 || fail "it starts with ${wrong%|*}"
    done
    inside mv $settings.away $settings
    names "an option that there is not" "There is no setting" --set Server:Nothing=1
    [ "$(inside stat -c '%U %a' $secrets)" = "workspace-server 600" ] || fail "owner or mode of $secrets"
    inside chmod 0644 $secrets
    names "a file of secrets that others may read" "chmod 0600 $secrets"
    ! as_server serve >/dev/null 2>&1 || fail "it starts with a file of secrets that others may read"
    inside chmod 0600 $secrets
    names "a port of the system's" "a port from 1024 up" --set Server:Url=http://127.0.0.1:443
    taken_port
    full_disk
    inside touch -d '+1 day' /var/lib/workspace-server/control.db
    names "a clock that was set back" "it was set back"
    inside touch /var/lib/workspace-server/control.db
    [ "$(rows)" = "$before" ] || fail "other rows after the wrong turns"
    start_server
    pass "the doctor names every wrong turn and what mends it"
}
taken_port() {
    # It lets go of the port when its input ends.
    exec 3> >(inside python3 -c 'import socket, sys; taken = socket.create_server(("127.0.0.1", 8080)); sys.stdin.read()')
    local other=$!
    wait_for inside bash -c 'exec 4<>/dev/tcp/127.0.0.1/8080'
    names "a taken port" "ss -ltnp 'sport = :8080'"
    exec 3>&-
    wait "$other"
}
full_disk() {
    inside mkdir /var/full
    inside mount -t tmpfs -o size=1m tmpfs /var/full
    inside install -d -o workspace-server -m 0700 /var/full/data /var/full/data/workspaces
    names "a full disk" "make room or a larger disk" --set Vault:DataDirectory=/var/full/data
    ! as_server --home /var/full/new init --yes >"$work/full.log" 2>&1 || ! as_server --home /var/full/new workspace create Big --sample >"$work/full.log" 2>&1 || fail "a full disk takes everything"
    inside umount /var/full
    inside rmdir /var/full
}

# Backups as the runbook sets them up, and what a drill on a machine of its own needs; here the store is copied, for its folder is the server's alone.
set_up_backups_and_drills() {
    local settings=/etc/workspace-server/appsettings.json recipient
    as_server backup configure --new-identity /var/lib/workspace-server/backup.key >"$work/configure.log"
    recipient=$(inside sed -n 's/^# public key: //p' /var/lib/workspace-server/backup.key)
    quietly "key backup-recipients add, as root" inside workspace-server key backup-recipients add "$recipient"
    as_server backup run >/dev/null
    inside cp -R /var/backups/workspace-server /srv/store
    inside cp /etc/workspace-server/keys/master.key /etc/workspace-drill/
    inside mv /var/lib/workspace-server/backup.key /etc/workspace-drill/
    inside sed 's#"Recipients": \[[^]]*\]#&, "Directory": "/srv/store"#' $settings | write /etc/workspace-drill/appsettings.json
    inside chown -R workspace-drill: /etc/workspace-drill /srv/store
}
