#!/usr/bin/env bash
# Tries the package as a new operator would: a fresh Debian root, the installer twice, every path over https, wrong turns, an upgrade, the way back, and a removal.
#
#   ops/install/try.sh [--release NAME] [--from OLD.deb]      needs root, and artifacts/package from `make package`
#
#   --release NAME    the Debian to try it on; default: bookworm
#   --from OLD.deb    begin with this package and upgrade from it; default: the same program under a later name is the upgrade
#
# systemd does not run in such a root, so services are started by hand; their units are judged by tests/WorkspaceServer.Tests/House/InstallTests.cs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
release=bookworm from='' domain=books.example.org

fail() { echo "try: FAIL: $*" >&2; exit 1; }
while [ $# -gt 0 ]; do
    case $1 in
        --release) release=${2:?--release needs a name}; shift 2 ;;
        --from) from=${2:?--from needs a file}; shift 2 ;;
        *) fail "unknown option $1; see the head of ops/install/try.sh" ;;
    esac
done
pass() { echo "try: ok: $*"; }
[ "$(id -u)" -eq 0 ] || fail "needs root, for a root folder of its own"
deb=$(find artifacts/package -name 'workspace-server_*_amd64.deb' | head -1)
[ -n "$deb" ] || fail "there is no package; run: make package"
command -v mmdebstrap >/dev/null || DEBIAN_FRONTEND=noninteractive apt-get -qq -y install mmdebstrap >/dev/null

root=$(mktemp -d)
# Ends what runs in that root, and nothing else.
stop_all() {
    local process found
    for _ in $(seq 100); do
        found=''
        for process in /proc/[0-9]*; do
            [ "$(readlink "$process/root" 2>/dev/null)" != "$root" ] || { kill -9 "${process#/proc/}" 2>/dev/null || true; found=1; }
        done
        [ -n "$found" ] || return 0
        sleep 0.1
    done
}
cleanup() {
    stop_all
    for mounted in var/full proc dev; do ! mountpoint -q "$root/$mounted" || umount -l "$root/$mounted"; done
    rm -rf --one-file-system "$root"
}
trap cleanup EXIT

# This machine's own sources, unless another release is asked for.
sources=()
if grep -q "VERSION_CODENAME=$release" /etc/os-release; then for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do [ ! -s "$file" ] || sources+=("$file"); done; fi
mmdebstrap --quiet --variant=minbase --include=ca-certificates "$release" "$root" "${sources[@]}"
cp /etc/apt/apt.conf.d/*proxy* "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
cp /etc/resolv.conf "$root/etc/resolv.conf"
mount --bind /proc "$root/proc"
mount --bind /dev "$root/dev"
mkdir "$root/tmp/package"
cp "$deb" "$root/tmp/package/new.deb"
chroot "$root" apt-get -qq update
pass "a fresh $release"

# What is installed first, and what it is upgraded to.
if [ -n "$from" ]; then
    cp "$from" "$root/tmp/package/first.deb"
    mv "$root/tmp/package/new.deb" "$root/tmp/package/second.deb"
else
    # The same program, called a later version.
    later=$(mktemp -d)
    dpkg-deb -R "$deb" "$later/tree"
    sed -i 's/^Version: .*/&+later/' "$later/tree/DEBIAN/control"
    dpkg-deb --root-owner-group -Zgzip -b "$later/tree" "$root/tmp/package/second.deb" >/dev/null
    rm -rf "$later"
    mv "$root/tmp/package/new.deb" "$root/tmp/package/first.deb"
fi

apt() { DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get -qq -y "$@" >"$root/tmp/apt.log" 2>&1 || { cat "$root/tmp/apt.log"; fail "apt-get $*"; }; }
as_server() { chroot "$root" runuser -u workspace-server -- workspace-server "$@"; }
rows() { as_server query -w Try --json "SELECT count(*), sum(length(name)) FROM parties" | tr -d ' \n' | grep -o '"rows":\[\[[^]]*\]'; }
wait_for() { for _ in $(seq 100); do ! "$@" 2>/dev/null || return 0; sleep 0.1; done; fail "waited in vain for: $*"; }

started=$SECONDS
apt install /tmp/package/first.deb
for file in /var/lib/workspace-server:700 /etc/workspace-server/keys:700 /var/backups/workspace-server:700; do
    [ "$(stat -c '%U %a' "$root${file%:*}" | sed "s/^$(stat -c %U "$root/var/lib/workspace-server")/server/")" = "server ${file#*:}" ] || fail "owner or mode of ${file%:*}"
done
chroot "$root" getent passwd workspace-server | grep -q ':/usr/sbin/nologin$' || fail "the user has a shell"
pass "package: user, folders, modes"

chroot "$root" /usr/share/workspace-server/install/install.sh --domain $domain >"$root/tmp/first.log" 2>&1 || { cat "$root/tmp/first.log"; fail "install.sh"; }
chroot "$root" /usr/share/workspace-server/install/install.sh --domain $domain >"$root/tmp/second.log" 2>&1 || { cat "$root/tmp/second.log"; fail "install.sh again"; }
! grep -E '^doing' "$root/tmp/second.log" || fail "the second run changed something"
pass "installer: twice, and the second time changes nothing ($((SECONDS - started)) s)"
chroot "$root" nginx -t -q || fail "nginx does not take its files"
chroot "$root" nft -c -f /etc/nftables.conf || fail "nftables does not take its rules"
chroot "$root" fail2ban-client -t >/dev/null 2>&1 || fail "fail2ban does not take its files"
pass "nginx, nftables and fail2ban take their files"

as_server workspace create Try --sample >/dev/null
start_server() {
    (as_server serve >>"$root/tmp/serve.log" 2>&1 &)
    wait_for curl -sf -o /dev/null --max-time 2 http://127.0.0.1:8080/readyz
}
stop_server() {
    local process
    for process in $(pgrep -x workspace-serve); do [ "$(readlink "/proc/$process/root")" != "$root" ] || kill "$process"; done
    wait_for is_stopped
}
is_stopped() { ! curl -s -o /dev/null --max-time 1 http://127.0.0.1:8080/healthz; }
start_server
(chroot "$root" nginx)
curl -sfk --resolve $domain:443:127.0.0.1 "https://$domain/sign-in" | grep -q '<form' || fail "no page over https"
curl -s -o /dev/null -w '%{redirect_url}' --resolve $domain:80:127.0.0.1 "http://$domain/" | grep -q "^https://$domain/" || fail "no redirect from port 80"
before=$(rows)
pass "a page over https $((SECONDS - started)) s after the package came, a redirect from port 80, $before"
[ $((SECONDS - started)) -le 300 ] || fail "it took longer than five minutes"

# As the timer runs it: under the public name, through nginx, with a certificate that is trusted.
smoke() {
    local memory=0 process
    echo "127.0.0.1 $domain" >>"$root/etc/hosts"
    cp "$root/etc/workspace-server/tls/fullchain.pem" "$root/usr/local/share/ca-certificates/try.crt"
    chroot "$root" update-ca-certificates >/dev/null 2>&1
    as_server smoke >"$root/tmp/smoke.log" 2>&1 || { cat "$root/tmp/smoke.log"; fail "smoke"; }
    for process in $(pgrep -x 'workspace-serve|workspace-sandb'); do
        [ "$(readlink "/proc/$process/root")" != "$root" ] || memory=$((memory + $(awk '/^VmRSS:/ { print $2 }' "/proc/$process/status")))
    done
    if [ "$memory" -eq 0 ] || [ "$memory" -gt $((250 * 1024)) ]; then fail "server and workers hold $((memory / 1024)) MiB after the smoke test"; fi
    pass "smoke: $(grep -c '^PASS' "$root/tmp/smoke.log") paths through nginx; server and workers hold $((memory / 1024)) MiB afterwards"
}

# names WHAT CURE [OPTIONS...]: the doctor fails, and says this of the cure.
names() {
    local what=$1 cure=$2
    shift 2
    ! as_server doctor "$@" >"$root/tmp/doctor.log" 2>&1 || fail "doctor is content with $what"
    grep -qF -- "$cure" "$root/tmp/doctor.log" || { cat "$root/tmp/doctor.log"; fail "doctor does not say '$cure' of $what"; }
}
# Wrong turns: the doctor names each, and what mends it.
wrong_turns() {
    local key=/etc/workspace-server/keys/master.key settings=/etc/workspace-server/appsettings.json wrong other
    stop_server
    chroot "$root" chmod 0444 $key
    names "a key that others may read" "chmod 0400 $key"
    chroot "$root" mv $key $key.away
    names "a missing key" "Put your copy of it there"
    chroot "$root" mv $key.away $key
    chroot "$root" chmod 0400 $key
    chroot "$root" chmod 0755 /var/lib/workspace-server
    names "a folder that others may enter" "chmod 0700 /var/lib/workspace-server"
    chroot "$root" chmod 0700 /var/lib/workspace-server
    chroot "$root" cp $settings $settings.away
    for wrong in '{ "Server": { "PublicUrl": "books" } }|Server:PublicUrl' '{ "Sever": {} }|There is no section' '{ "Server": { "Prot": 1 } }|There is no setting' '{ "Server": |cannot be read' '{ "Mail": { "Password": "x" } }|There is no setting'; do
        printf '%s\n' "${wrong%|*}" >"$root$settings"
        names "the settings ${wrong%|*}" "${wrong#*|}"
        ! as_server serve >/dev/null 2>&1 || fail "it starts with ${wrong%|*}"
    done
    chroot "$root" mv $settings.away $settings
    names "an option that there is not" "There is no setting" --set Server:Nothing=1
    printf 'WORKSPACE_Mail__Host=localhost\n' >"$root/etc/workspace-server/server.env"
    chroot "$root" chown workspace-server: /etc/workspace-server/server.env
    chmod 0644 "$root/etc/workspace-server/server.env"
    names "a file of secrets that others may read" "chmod 0600 /etc/workspace-server/server.env"
    rm "$root/etc/workspace-server/server.env"
    names "a port of the system's" "a port from 1024 up" --set Server:Url=http://127.0.0.1:443
    chroot "$root" python3 -m http.server 8080 --bind 127.0.0.1 >/dev/null 2>&1 &
    other=$!
    wait_for curl -s -o /dev/null --max-time 1 http://127.0.0.1:8080/
    names "a taken port" "ss -ltnp 'sport = :8080'"
    kill "$other"
    wait "$other" 2>/dev/null || true
    mkdir "$root/var/full"
    mount -t tmpfs -o size=1m tmpfs "$root/var/full"
    chroot "$root" install -d -o workspace-server -m 0700 /var/full/data /var/full/data/workspaces
    names "a full disk" "make room or a larger disk" --set Vault:DataDirectory=/var/full/data
    ! as_server --home /var/full/new init --yes >"$root/tmp/full.log" 2>&1 || ! as_server --home /var/full/new workspace create Big --sample >"$root/tmp/full.log" 2>&1 || fail "a full disk takes everything"
    umount "$root/var/full"
    touch -d '+1 day' "$root/var/lib/workspace-server/control.db"
    names "a clock that was set back" "it was set back"
    touch "$root/var/lib/workspace-server/control.db"
    [ "$(rows)" = "$before" ] || fail "other rows after the wrong turns"
    pass "the doctor names every wrong turn and what mends it"
    start_server
}

if [ -z "$from" ]; then smoke; wrong_turns; fi

apt install --reinstall /tmp/package/second.deb
stop_server
start_server
[ "$(rows)" = "$before" ] || fail "other rows after the upgrade"
stop_server
apt install --reinstall --allow-downgrades /tmp/package/first.deb
# The older program reads what the newer one left, or says that it cannot and changes nothing.
if after=$(rows 2>"$root/tmp/back.log"); then
    [ "$after" = "$before" ] || fail "other rows after the way back"
    pass "upgrade and the way back keep every row"
else
    grep -q 'newer version' "$root/tmp/back.log" || { cat "$root/tmp/back.log"; fail "the older program does not say why it does not start"; }
    pass "the older program says that the data is of a newer one"
fi
if [ -n "$from" ]; then apt install --reinstall /tmp/package/second.deb; fi
[ "$(rows)" = "$before" ] || fail "other rows at the end"
start_server
# Nothing keeps the clock in such a root.
! as_server doctor --thorough | grep '│ FAIL' | grep -v '│ clock' || fail "doctor"
as_server audit verify >/dev/null || fail "audit verify"
pass "every row is there; doctor is content"
if [ -n "$from" ]; then smoke; wrong_turns; fi

# The drill, as its timer would run it on a machine of its own; here the store is copied, for its folder is the server's alone.
as_server backup configure --new-identity /var/lib/workspace-server/backup.key >/dev/null
chroot "$root" workspace-server key backup-recipients add "$(sed -n 's/^# public key: //p' "$root/var/lib/workspace-server/backup.key")" >/dev/null || fail "key backup-recipients add, as root"
as_server backup run >/dev/null
cp -R "$root/var/backups/workspace-server" "$root/srv/store"
cp "$root/etc/workspace-server/keys/master.key" "$root/etc/workspace-drill/"
mv "$root/var/lib/workspace-server/backup.key" "$root/etc/workspace-drill/"
sed 's#"Recipients": \[[^]]*\]#&, "Directory": "/srv/store"#' "$root/etc/workspace-server/appsettings.json" >"$root/etc/workspace-drill/appsettings.json"
chroot "$root" chown -R workspace-drill: /etc/workspace-drill /srv/store
chroot "$root" runuser -u workspace-drill -- /usr/share/workspace-server/drill/restore-drill --identity /etc/workspace-drill/backup.key --master-key /etc/workspace-drill/master.key \
    --settings /etc/workspace-drill/appsettings.json --out /var/lib/workspace-drill >"$root/tmp/drill.log" 2>&1 || { cat "$root/tmp/drill.log"; fail "restore drill"; }
as_server drill record /dev/stdin <"$root/var/lib/workspace-drill/drill-certificate.json" >/dev/null || fail "drill record"
pass "a restore drill from the package, as its own user: $(grep -c '^PASS' "$root/tmp/drill.log") paths"

apt purge workspace-server
[ ! -e "$root/usr/bin/workspace-server" ] || fail "a purge left the program"
for kept in var/lib/workspace-server/control.db etc/workspace-server/keys/master.key; do [ -s "$root/$kept" ] || fail "a purge took $kept"; done
pass "a purge leaves books and keys"
