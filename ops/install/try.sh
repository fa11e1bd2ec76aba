#!/usr/bin/env bash
# Tries the package as a new operator would: a fresh Debian root, the installer twice, a question over https, an upgrade, the way back, and a removal.
#
#   ops/install/try.sh [RELEASE]      default: bookworm. Needs root, and artifacts/package from `make package`
#
# systemd does not run in such a root, so services are started by hand; their units are judged by tests/WorkspaceServer.Tests/House/InstallTests.cs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
release=${1:-bookworm} domain=books.example.org

fail() { echo "try: FAIL: $*" >&2; exit 1; }
pass() { echo "try: ok: $*"; }
[ "$(id -u)" -eq 0 ] || fail "needs root, for a root folder of its own"
deb=$(find artifacts/package -name 'workspace-server_*_amd64.deb' | head -1)
[ -n "$deb" ] || fail "there is no package; run: make package"
command -v mmdebstrap >/dev/null || DEBIAN_FRONTEND=noninteractive apt-get -qq -y install mmdebstrap >/dev/null

root=$(mktemp -d)
cleanup() {
    for part in nginx workspace-server workspace-sandbox; do
        for pid in $(pgrep -x "${part:0:15}" || true); do [ "$(readlink "/proc/$pid/root")" != "$root" ] || kill -9 "$pid"; done
    done
    sleep 0.2
    umount "$root/proc" "$root/dev" 2>/dev/null || true
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
cp "$deb" "$root/tmp/package/"
chroot "$root" apt-get -qq update
pass "a fresh $release"

# The same program, called a later version.
later=$(mktemp -d)
dpkg-deb -R "$deb" "$later/tree"
sed -i 's/^Version: .*/&+later/' "$later/tree/DEBIAN/control"
dpkg-deb --root-owner-group -Zgzip -b "$later/tree" "$root/tmp/package/later.deb" >/dev/null
rm -rf "$later"

apt() { DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get -qq -y "$@" >"$root/tmp/apt.log" 2>&1 || { cat "$root/tmp/apt.log"; fail "apt-get $*"; }; }
as_server() { chroot "$root" runuser -u workspace-server -- workspace-server "$@"; }
rows() { as_server query -w Try --json "SELECT count(*), sum(length(name)) FROM parties" | tr -d ' \n' | grep -o '"rows":\[\[[^]]*\]'; }
wait_for() { for _ in $(seq 100); do ! "$@" 2>/dev/null || return 0; sleep 0.1; done; fail "waited in vain for: $*"; }

started=$SECONDS
apt install "/tmp/package/$(basename "$deb")"
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
(as_server serve >"$root/tmp/serve.log" 2>&1 &)
(chroot "$root" nginx)
wait_for curl -sf -o /dev/null --max-time 2 http://127.0.0.1:8080/readyz
curl -sfk --resolve $domain:443:127.0.0.1 "https://$domain/sign-in" | grep -q '<form' || fail "no page over https"
curl -s -o /dev/null -w '%{redirect_url}' --resolve $domain:80:127.0.0.1 "http://$domain/" | grep -q "^https://$domain/" || fail "no redirect from port 80"
before=$(rows)
pass "a page over https, a redirect from port 80, $before"

apt install /tmp/package/later.deb
chroot "$root" dpkg -s workspace-server | grep -q '^Version: .*+later$' || fail "not upgraded"
[ "$(rows)" = "$before" ] || fail "other rows after the upgrade"
apt install --allow-downgrades "/tmp/package/$(basename "$deb")"
[ "$(rows)" = "$before" ] || fail "other rows after the way back"
# Nothing keeps the clock in such a root.
! as_server doctor --thorough | grep '│ FAIL' | grep -v '│ clock' || fail "doctor"
as_server audit verify >/dev/null || fail "audit verify"
pass "upgrade and the way back keep every row; doctor is content"

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
