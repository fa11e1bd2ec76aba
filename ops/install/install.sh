#!/usr/bin/env bash
# Makes a Debian 12 or 13 machine a hardened Workspace Server. Run it again whenever you like: it changes only what is not as it should be, and never data or keys.
#
#   install.sh --domain NAME [--mail ADDRESS] [--package FILE] [--tls13-only] [--no-firewall] [--no-ssh] [--dry-run]
#
#   --domain NAME     the name that people and AI clients use, such as books.example.org; it must lead to this machine already
#   --mail ADDRESS    your address: a certificate is fetched from Let's Encrypt and renewed by itself. Without it you get one that browsers warn of
#   --package FILE    the .deb to install; without it the one beside this script, or the archive that this script is in
#   --tls13-only      refuse TLS 1.2
#   --no-firewall     leave the firewall alone
#   --no-ssh          leave ssh alone. It is left alone too when nobody but root has a key, since you would be shut out
#   --dry-run         say what would be done, and do nothing
#
# Removing it: apt-get remove workspace-server (data, keys and settings stay; purge removes settings only).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

fail() { echo "install: $*" >&2; exit 1; }
usage() { sed -nE '2,/^set /{/^set /d; s/^# ?//; p}' "${BASH_SOURCE[0]}"; }
say() { printf '%-9s %s\n' "$1" "$2"; }

domain='' mail='' package='' tls13='' firewall=1 ssh=1 dry=''
while [ $# -gt 0 ]; do
    case $1 in
        --domain) domain=${2-}; shift 2 || fail "--domain needs a name" ;;
        --mail) mail=${2-}; shift 2 || fail "--mail needs an address" ;;
        --package) package=${2-}; shift 2 || fail "--package needs a file" ;;
        --tls13-only) tls13=1; shift ;;
        --no-firewall) firewall=''; shift ;;
        --no-ssh) ssh=''; shift ;;
        --dry-run) dry=1; shift ;;
        -h | --help) usage; exit 0 ;;
        *) fail "unknown option $1; see install.sh --help" ;;
    esac
done
[[ $domain =~ ^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$ ]] || fail "say the server's name, in small letters: --domain books.example.org"
[ -z "$mail" ] || [[ $mail =~ ^[^@[:space:]]+@[^@[:space:]]+$ ]] || fail "$mail is no mail address"
[ -z "$package" ] || [ -f "$package" ] || fail "there is no file $package"
[ "$(id -u)" -eq 0 ] || [ -n "$dry" ] || fail "run it as root: sudo $0 …"
# shellcheck source=/dev/null
[[ $(. /etc/os-release && echo "$ID $VERSION_ID") =~ ^debian\ 1[23]$ ]] || fail "this is made for Debian 12 and 13; elsewhere follow runbooks/install.md by hand"

# do_it WORDS COMMAND...: runs the command, or says that it would.
do_it() {
    local words=$1
    shift
    if [ -n "$dry" ]; then say would "$words"; else say doing "$words"; "$@"; fi
}

# put FILE TARGET: copies when it differs, and answers whether it did.
changed=''
put() {
    changed=''
    if cmp -s "$1" "$2"; then say ok "$2"; return; fi
    changed=1
    do_it "$2" install -D -m 0644 "$1" "$2"
}

has_systemd() { [ -d /run/systemd/system ]; }
service() { if has_systemd; then do_it "systemctl $*" systemctl "$@"; else say skipped "systemctl $* (systemd does not run here)"; fi; }
# runs NAME: now and after each start of the machine.
runs() {
    if has_systemd && systemctl is-enabled --quiet "$1" 2>/dev/null && systemctl is-active --quiet "$1"; then say ok "$1 runs"; else service enable --now "$1"; fi
}

packages() {
    # fail2ban shuts addresses out with nftables, and reads ssh's log with python3-systemd.
    local wanted=(nginx openssl chrony fail2ban nftables unattended-upgrades python3-systemd) missing=()
    [ -z "$mail" ] || wanted+=(certbot)
    for each in "${wanted[@]}"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$each" 2>/dev/null)" = installed ] || missing+=("$each")
    done
    [ ${#missing[@]} -gt 0 ] || { say ok "packages"; return; }
    do_it "packages: ${missing[*]}" apt_install "${missing[@]}"
}
# Settings of other programs that somebody changed before stay as they are.
apt_install() { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold install "$@" >/dev/null; }

program() {
    local found
    [ -n "$package" ] || for found in "$here"/workspace-server_*.deb "$here"/../workspace-server_*.deb; do [ ! -f "$found" ] || package=$found; done
    if [ -n "$package" ]; then
        do_it "install $(basename "$package")" apt_install "$(realpath "$package")"
    elif [ -x "$here/../bin/workspace-server" ]; then
        do_it "install the program of this archive" from_archive
    elif [ -x /usr/bin/workspace-server ]; then
        say ok "/usr/bin/workspace-server"
    elif [ -n "$dry" ]; then
        say would "install the program that --package names"
    else
        fail "there is no program to install: name the .deb with --package"
    fi
}
from_archive() {
    "$here/files.sh" "$here/../bin" /
    systemd-sysusers workspace-server.conf
    systemd-tmpfiles --create workspace-server.conf
    if has_systemd; then systemctl daemon-reload; fi
}

# The units deny the networks around this machine (src/decisions/0024). What looks up names for it may be there.
network() {
    local unit word address allowed=()
    while read -r word address _; do
        [ "$word" = nameserver ] && [[ ${address%%%*} =~ ^[0-9a-fA-F.:]+$ ]] && allowed+=("${address%%%*}")
    done </etc/resolv.conf || true
    [ ${#allowed[@]} -gt 0 ] || { say skipped "network.conf: /etc/resolv.conf names nobody"; return; }
    printf '# Who looks up names for this machine, by install.sh. More goes into a file of your own beside this one.\n[Service]\nIPAddressAllow=%s\n' "${allowed[*]}" >"$work/network.conf"
    for unit in workspace-server workspace-smoke; do
        put "$work/network.conf" "/etc/systemd/system/$unit.service.d/network.conf"
        [ -z "$changed" ] || service daemon-reload
        [ -z "$changed" ] || [ "$unit" = workspace-smoke ] || service try-restart "$unit"
    done
}

as_server() { runuser -u workspace-server -- /usr/bin/workspace-server "$@"; }

settings() {
    local file=/etc/workspace-server/appsettings.json
    if [ -e "$file" ]; then say ok "$file (yours, not touched)"; else do_it "$file" write_settings "$file"; fi
    # Where secrets go, so that nobody writes them into a file that others may read.
    local secrets=/etc/workspace-server/server.env
    if [ -e $secrets ]; then say ok "$secrets (yours, not touched)"; else do_it "$secrets" install -m 0600 -o workspace-server -g workspace-server /dev/null $secrets; fi
    if [ -e /var/lib/workspace-server/control.db ]; then say ok "master key and control database"; else do_it "master key and control database" as_server init --yes; fi
}
write_settings() {
    printf '{\n  "Server": { "PublicUrl": "https://%s" }\n}\n' "$domain" >"$1"
    chmod 0644 "$1"
}

edge() {
    local made=$1
    [ -z "$dry" ] || [ -e "$2" ] || { say would /etc/nginx/nginx.conf; return; }
    sed -e "s/books\.example\.org/$domain/g" ${tls13:+-e 's/ssl_protocols TLSv1.2 TLSv1.3;/ssl_protocols TLSv1.3;/'} "$2" >"$made"
    [ -e /proc/net/if_inet6 ] || sed -i '/listen \[::\]/d' "$made"
    local tls=/etc/workspace-server/tls
    if [ -e $tls/fullchain.pem ]; then say ok "$tls/fullchain.pem"; else do_it "a certificate of our own, until there is a better one" self_signed $tls; fi
    # What was there before this server came is kept once.
    [ ! -e /etc/nginx/nginx.conf ] || [ -e /etc/nginx/nginx.conf.before ] || do_it "keep /etc/nginx/nginx.conf.before" cp /etc/nginx/nginx.conf /etc/nginx/nginx.conf.before
    put "$made" /etc/nginx/nginx.conf
    local new=$changed
    [ -z "$new" ] || [ -n "$dry" ] || nginx -t -q || fail "nginx does not take /etc/nginx/nginx.conf; see its message above"
    put "$here/host/nginx-service.conf" /etc/systemd/system/nginx.service.d/workspace-server.conf
    if [ -n "$changed" ]; then
        service daemon-reload
        service restart nginx
    fi
    runs nginx
    [ -z "$new" ] || service reload nginx
    put "$here/host/logrotate.conf" /etc/logrotate.d/nginx
}
self_signed() {
    install -d -m 0700 "$1"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -subj "/CN=$domain" -addext "subjectAltName=DNS:$domain" \
        -keyout "$1/privkey.pem" -out "$1/fullchain.pem" 2>/dev/null
    chmod 0600 "$1/privkey.pem"
}
certificate() {
    [ -n "$mail" ] || { say skipped "a certificate that browsers trust: give --mail"; return; }
    if [ -e "/etc/letsencrypt/live/$domain/fullchain.pem" ]; then say ok "certificate of $domain, renewed by certbot"; else do_it "a certificate for $domain from Let's Encrypt" fetch_certificate; fi
}
fetch_certificate() {
    certbot certonly --quiet --non-interactive --agree-tos -m "$mail" --webroot -w /var/lib/workspace-server-acme -d "$domain" --deploy-hook 'systemctl reload nginx' ||
        fail "no certificate: $domain must lead to this machine, with ports 80 and 443 open. Mend that and run this again; until then browsers warn"
    ln -sfn "/etc/letsencrypt/live/$domain/fullchain.pem" /etc/workspace-server/tls/fullchain.pem
    ln -sfn "/etc/letsencrypt/live/$domain/privkey.pem" /etc/workspace-server/tls/privkey.pem
    if has_systemd; then systemctl reload nginx; fi
}

# Somebody else than root who may come in with a key and become root.
has_other_key() {
    local name home
    while IFS=: read -r name _ _ _ _ home _; do
        [ "$name" != root ] && [ -s "$home/.ssh/authorized_keys" ] && id -nG "$name" | grep -qw sudo && return 0
    done </etc/passwd
    return 1
}

host() {
    put "$here/host/journald.conf" /etc/systemd/journald.conf.d/workspace-server.conf
    [ -z "$changed" ] || service restart systemd-journald
    put "$here/host/apt-upgrades.conf" /etc/apt/apt.conf.d/52workspace-server
    put "$here/host/chrony.sources" /etc/chrony/sources.d/workspace-server.sources
    runs chrony
    [ -z "$changed" ] || service restart chrony
    local new=''
    if [ -n "$firewall" ]; then
        [ ! -e /etc/nftables.conf ] || [ -e /etc/nftables.conf.before ] || do_it "keep /etc/nftables.conf.before" cp /etc/nftables.conf /etc/nftables.conf.before
        put "$here/host/nftables.conf" /etc/nftables.conf
        new=$changed
        runs nftables
        [ -z "$new" ] || service reload nftables
    else
        say skipped "firewall (--no-firewall)"
    fi
    # After the firewall: loading its rules takes away those of who is shut out.
    put "$here/host/fail2ban-filter.conf" /etc/fail2ban/filter.d/workspace-server.conf
    new=$new$changed
    put "$here/host/fail2ban-jail.conf" /etc/fail2ban/jail.d/workspace-server.conf
    new=$new$changed
    runs fail2ban
    [ -z "$new" ] || service restart fail2ban
    if [ -z "$ssh" ] || [ ! -d /etc/ssh/sshd_config.d ]; then
        say skipped "ssh"
    elif has_other_key; then
        # sshd takes the first value that it reads; images of providers bring a 50-cloud-init.conf that takes passwords.
        put "$here/host/sshd.conf" /etc/ssh/sshd_config.d/10-workspace-server.conf
        [ -z "$changed" ] || service reload ssh
    else
        say skipped "ssh: nobody but root has a key. Make a user with sudo and a key, try it, and run this again"
    fi
}

nginx_from=/usr/share/workspace-server/nginx.conf
[ ! -e "$here/../nginx.conf" ] || nginx_from=$here/../nginx.conf
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

packages
program
settings
network
runs workspace-server
edge "$work/nginx.conf" "$nginx_from"
certificate
host

echo
if [ -n "$dry" ]; then
    echo "Nothing was changed."
elif has_systemd; then
    runuser -u workspace-server -- /usr/bin/workspace-server user setup-link || echo "Somebody has set this server up already."
    echo "Then copy /etc/workspace-server/keys/master.key to a place that is not this machine, and set up backups: workspace-server backup configure --help"
    echo "Print what to keep where, and show that you did: sudo -u workspace-server workspace-server key recovery-sheet"
    echo "Check the machine at any time: sudo workspace-server doctor --host"
else
    echo "Installed. systemd does not run here; start it by hand: runuser -u workspace-server -- workspace-server serve"
fi
