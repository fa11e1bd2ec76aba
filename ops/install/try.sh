#!/usr/bin/env bash
# Tries the package as a new operator would: a fresh Debian root, the installer twice, every path over https, wrong turns, an upgrade, the way back, and a removal.
#
#   ops/install/try.sh [--release NAME] [--from OLD.deb]      needs root, and artifacts/package from `make package`
#
#   --release NAME    the Debian to try it on; default: bookworm
#   --from OLD.deb    begin with this package and upgrade from it; default: the same program under a later name is the upgrade
#
# systemd does not run in such a root, so services are started by hand; vm.sh tries them on a machine of its own, where it does.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
here=ops/install
# shellcheck source=ops/install/steps.sh
. $here/steps.sh
release=bookworm from=''
while [ $# -gt 0 ]; do
    case $1 in
        --release) release=${2:?--release needs a name}; shift 2 ;;
        --from) from=${2:?--from needs a file}; shift 2 ;;
        *) fail "unknown option $1; see the head of ops/install/try.sh" ;;
    esac
done
[ "$(id -u)" -eq 0 ] || fail "needs root, for a root folder of its own"
deb=$(find artifacts/package -name 'workspace-server_*_amd64.deb' 2>/dev/null | head -1 || true)
[ -n "$deb" ] || fail "there is no package; run: make package"
command -v mmdebstrap >/dev/null || DEBIAN_FRONTEND=noninteractive apt-get -qq -y install mmdebstrap >/dev/null

work=$(mktemp -d)
root=$work/root
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
    rm -rf --one-file-system "$work"
}
trap cleanup EXIT
inside() { chroot "$root" "$@"; }
start_server() {
    (as_server serve >>"$work/serve.log" 2>&1 &)
    wait_for answers
}
stop_server() {
    local process
    for process in $(pgrep -x workspace-serve); do [ "$(readlink "/proc/$process/root")" != "$root" ] || kill "$process"; done
    wait_for is_stopped
}

debian "$release" "$root" ca-certificates --variant=minbase
cp /etc/resolv.conf "$root/etc/resolv.conf"
mount --bind /proc "$root/proc"
mount --bind /dev "$root/dev"
mkdir "$root/tmp/package"
inside apt-get -qq update
pass "a fresh $release"

# What is installed first, and what it is upgraded to.
if [ -n "$from" ]; then
    cp "$from" "$root/tmp/package/first.deb"
    cp "$deb" "$root/tmp/package/second.deb"
else
    cp "$deb" "$root/tmp/package/first.deb"
    later "$deb" "$root/tmp/package/second.deb"
fi

started=$SECONDS
apt install /tmp/package/first.deb
package_is_sound
# shellcheck disable=SC2119 # It is asked for nothing more.
install_twice
as_server workspace create Try --sample >/dev/null
start_server
(inside nginx)
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
    inside update-ca-certificates >/dev/null 2>&1
    as_server smoke >"$work/smoke.log" 2>&1 || { cat "$work/smoke.log"; fail "smoke"; }
    for process in $(pgrep -x 'workspace-serve|workspace-sandb'); do
        [ "$(readlink "/proc/$process/root")" != "$root" ] || memory=$((memory + $(awk '/^VmRSS:/ { print $2 }' "/proc/$process/status")))
    done
    if [ "$memory" -eq 0 ] || [ "$memory" -gt $((250 * 1024)) ]; then fail "server and workers hold $((memory / 1024)) MiB after the smoke test"; fi
    pass "smoke: $(grep -c '^PASS' "$work/smoke.log") paths through nginx; server and workers hold $((memory / 1024)) MiB afterwards"
}

if [ -z "$from" ]; then smoke; wrong_turns; fi

apt install --reinstall /tmp/package/second.deb
stop_server
start_server
[ "$(rows)" = "$before" ] || fail "other rows after the upgrade"
stop_server
apt install --reinstall --allow-downgrades /tmp/package/first.deb
# The older program reads what the newer one left, or says that it cannot and changes nothing.
if after=$(rows 2>"$work/back.log"); then
    [ "$after" = "$before" ] || fail "other rows after the way back"
    pass "upgrade and the way back keep every row"
else
    grep -q 'newer version' "$work/back.log" || { cat "$work/back.log"; fail "the older program does not say why it does not start"; }
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

set_up_backups_and_drills
inside runuser -u workspace-drill -- /usr/share/workspace-server/drill/restore-drill --identity /etc/workspace-drill/backup.key --master-key /etc/workspace-drill/master.key \
    --settings /etc/workspace-drill/appsettings.json --out /var/lib/workspace-drill >"$work/drill.log" 2>&1 || { cat "$work/drill.log"; fail "restore drill"; }
as_server drill record /dev/stdin <"$root/var/lib/workspace-drill/drill-certificate.json" >/dev/null || fail "drill record"
pass "a restore drill from the package, as its own user: $(grep -c '^PASS' "$work/drill.log") paths"

apt purge workspace-server
[ ! -e "$root/usr/bin/workspace-server" ] || fail "a purge left the program"
for kept in var/lib/workspace-server/control.db etc/workspace-server/keys/master.key; do [ -s "$root/$kept" ] || fail "a purge took $kept"; done
pass "a purge leaves books and keys"
