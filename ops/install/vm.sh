#!/usr/bin/env bash
# Tries the package on a machine of its own, with a kernel and systemd of its own: what try.sh cannot. From the install runbook to a purge, with reboots, a power cut, bans and certificates.
#
#   ops/install/vm.sh [--container] [--release NAME] [--from OLD.deb] [--keep]      needs root, and artifacts/package from `make package`
#
#   --container       in a container of systemd-nspawn: minutes instead of an hour where /dev/kvm is missing. systemd, its units and the network are real; kernel and clock are this machine's
#   --release NAME    the Debian to try it on; default: bookworm
#   --from OLD.deb    begin with this package and upgrade from it; default: the same program under a later name is the upgrade
#   --keep            leave the machine on at the end, and say how to get in
#
# The machine has one processor and 1 GB of memory, half of what the runbook asks for. Its bare disk is kept in artifacts/vm for the next run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=ops/install/steps.sh
. ops/install/steps.sh
release=bookworm from='' keep='' container='' patience=180
while [ $# -gt 0 ]; do
    case $1 in
        --release) release=${2:?--release needs a name}; shift 2 ;;
        --from) from=${2:?--from needs a file}; shift 2 ;;
        --keep) keep=1; shift ;;
        --container) container=1; shift ;;
        *) fail "unknown option $1; see the head of ops/install/vm.sh" ;;
    esac
done
[ "$(id -u)" -eq 0 ] || fail "needs root, to make a disk with everybody's files on it"
deb=$(find artifacts/package -name 'workspace-server_*_amd64.deb' 2>/dev/null | head -1 || true)
[ -n "$deb" ] || fail "there is no package; run: make package"

work=$(mktemp -d)
made=artifacts/vm/$release
ssh_port=$((20000 + RANDOM % 10000)) web_port=$((30000 + RANDOM % 10000)) plain_port=$((40000 + RANDOM % 10000)) time_port=$((50000 + RANDOM % 10000))
cleanup() {
    [ -z "$keep" ] || { echo "vm: it is still on: ssh -i $made.key -p $ssh_port asha@127.0.0.1; to end it: kill $(cat "$work"/*.pid | xargs), and remove $work"; return; }
    switch_off
    for each in clock net; do [ ! -s "$work/$each.pid" ] || kill "$(cat "$work/$each.pid")" 2>/dev/null || true; done
    [ ! -e "/run/netns/vm-$ssh_port" ] || ip netns delete "vm-$ssh_port"
    ! mountpoint -q "$work/root" || umount "$work/root"
    rm -rf --one-file-system "$work"
}
trap cleanup EXIT

# A bare Debian as a provider hands it out, and what step 1 of the runbook makes: a user with sudo and a key. The provider lets ssh take passwords.
bare_disk() {
    local root=$work/root
    debian "$release" "$root" "systemd-sysv,systemd-timesyncd,dbus,linux-image-cloud-amd64,initramfs-tools,openssh-server,sudo,ifupdown,isc-dhcp-client,ca-certificates,curl,pebble" --variant=important
    printf 'auto lo eth0\niface lo inet loopback\niface eth0 inet dhcp\n' >"$root/etc/network/interfaces"
    # The network of both kinds of machine has these addresses: 10.0.2.2 is this machine, 10.0.2.3 looks up names.
    echo 'nameserver 10.0.2.3' >"$root/etc/resolv.conf"
    echo books >"$root/etc/hostname"
    printf '127.0.0.1 localhost\n127.0.1.1 books\n127.0.0.1 %s\n' $domain >"$root/etc/hosts"
    echo '/dev/vda / ext4 errors=remount-ro 0 1' >"$root/etc/fstab"
    echo 'PasswordAuthentication yes' >"$root/etc/ssh/sshd_config.d/50-cloud-init.conf"
    chroot "$root" useradd --create-home --shell /bin/bash --groups sudo asha
    echo 'asha ALL=(ALL) NOPASSWD: ALL' >"$root/etc/sudoers.d/asha"
    rm -f "$made".*
    ssh-keygen -q -t ed25519 -N '' -f "$made.key"
    install -d -m 0700 -o "$(chroot "$root" id -u asha)" -g "$(chroot "$root" id -g asha)" "$root/home/asha/.ssh"
    install -m 0600 -o "$(chroot "$root" id -u asha)" -g "$(chroot "$root" id -g asha)" "$made.key.pub" "$root/home/asha/.ssh/authorized_keys"
    rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/etc/machine-id
    touch "$root/etc/machine-id"
    cp "$root"/boot/vmlinuz-* "$made.kernel"
    cp "$root"/boot/initrd.img-* "$made.initrd"
    truncate -s 8G "$made.part"
    mke2fs -q -t ext4 -d "$root" "$made.part"
    mv "$made.part" "$made.disk"
    rm -rf "$root"
}

# switch_on [BOOT]: and wait until it is on, in another boot than this one.
switch_on() {
    if [ -n "$container" ]; then contain; else emulate; fi
    wait_until_on "${1-}"
}
emulate() {
    local accelerated=tcg
    # A /dev/kvm alone does not mean that the processor can.
    ! grep -qwE 'vmx|svm' /proc/cpuinfo || [ ! -w /dev/kvm ] || accelerated=kvm
    [ -e "$work/disk" ] ||     nice -n 4 qemu-system-x86_64 -accel $accelerated -cpu max -smp 1 -m 1024 -display none -no-user-config -daemonize -pidfile "$work/vm.pid" \
        -kernel "$made.kernel" -initrd "$made.initrd" -append "root=/dev/vda rw console=ttyS0 net.ifnames=0" -serial "file:$work/console.log" \
        -drive "file=$work/disk,format=qcow2,if=virtio" -device virtio-rng-pci -device virtio-net-pci,netdev=net \
        -netdev "user,id=net,hostfwd=tcp:127.0.0.1:$ssh_port-:22,hostfwd=tcp:127.0.0.1:$web_port-:443,hostfwd=tcp:127.0.0.1:$plain_port-:80" 2>>"$work/qemu.log"
}
contain() {
    local name=vm-$ssh_port
    if [ ! -e "$work/disk" ]; then
        cp --sparse=always "$made.disk" "$work/disk"
        mkdir "$work/root"
        mount -o loop "$work/disk" "$work/root"
        # The address is given from outside, and the clock is not the container's to set.
        printf 'auto lo\niface lo inet loopback\n' >"$work/root/etc/network/interfaces"
        mkdir -p "$work/root/etc/systemd/system/chrony.service.d"
        printf '[Unit]\nConditionCapability=\n[Service]\nExecStart=\nExecStart=!/usr/sbin/chronyd -F 0 -x\n' >"$work/root/etc/systemd/system/chrony.service.d/container.conf"
        ip netns add "$name"
        slirp4netns --configure --netns-type=path --api-socket "$work/net" "/run/netns/$name" eth0 >"$work/net.log" 2>&1 &
        echo $! >"$work/net.pid"
        wait_for forward "$ssh_port" 22
        forward "$web_port" 443
        forward "$plain_port" 80
    fi
    # It ends with 133 when the machine inside starts anew.
    (
        code=133
        while [ $code = 133 ]; do
            SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 systemd-nspawn --quiet --directory "$work/root" --machine "$name" --network-namespace-path "/run/netns/$name" --register=no --keep-unit --resolv-conf=off \
                --capability=all --drop-capability=CAP_SYS_TIME --system-call-filter=bpf --boot >>"$work/console.log" 2>&1 </dev/null &
            echo $! >"$work/vm.pid"
            code=0
            wait $! || code=$?
        done
    ) >/dev/null 2>&1 &
}
forward() {
    python3 -c 'import json, socket, sys
net = socket.socket(socket.AF_UNIX)
net.connect(sys.argv[1])
net.sendall(json.dumps({"execute": "add_hostfwd", "arguments": {"proto": "tcp", "host_addr": "127.0.0.1", "host_port": int(sys.argv[2]), "guest_port": int(sys.argv[3])}}).encode())
net.shutdown(socket.SHUT_WR)
sys.exit(b"return" not in net.recv(1000))' "$work/net" "$1" "$2"
}
# As when the power is cut.
switch_off() {
    local process
    [ -s "$work/vm.pid" ] || return 0
    process=$(cat "$work/vm.pid")
    # In a container the first process, below that one, takes all others with it.
    for each in $(pgrep -P "$process") "$process"; do kill -9 "$each" 2>/dev/null || true; done
    while kill -0 "$process" 2>/dev/null && ! grep -q '^State:.Z' "/proc/$process/status" 2>/dev/null; do sleep 0.1; done
    rm "$work/vm.pid"
}
# wait_until_on [BOOT]: until everything that starts by itself has started, in another boot than this one.
wait_until_on() {
    for _ in $(seq 600); do
        # Over a connection of its own: one that was carried before the fall would wait for an answer that never comes.
        rm -f "$work/ssh"
        if timeout 60 ssh "${ssh_options[@]}" asha@127.0.0.1 true 2>/dev/null && [ "$(timeout 60 ssh "${ssh_options[@]}" asha@127.0.0.1 systemctl show --value --property UserspaceTimestampMonotonic)" != "${1-}" ]; then
            inside systemctl is-system-running --wait >"$work/state" || true
            return
        fi
        sleep 1
    done
    tail -30 "$work/console.log"
    fail "the machine does not come up"
}
boot() { inside systemctl show --value --property UserspaceTimestampMonotonic; }
hang_up() { ssh -o "ControlPath=$work/ssh" -O exit asha@127.0.0.1 2>/dev/null || true; }

# One connection of ssh carries all commands; each is quoted for the shell there.
ssh_options=(-i "$made.key" -p "$ssh_port" -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o ConnectTimeout=60 -o ServerAliveInterval=20)
inside() {
    ssh "${ssh_options[@]}" -o ControlMaster=auto -o "ControlPath=$work/ssh" -o ControlPersist=60 asha@127.0.0.1 "sudo -- $(printf '%q ' "$@")"
}
start_server() { inside systemctl start workspace-server; wait_for answers; }
stop_server() { inside systemctl stop workspace-server; wait_for is_stopped; }

# From outside, as a visitor; from_outside PATH [OPTIONS...].
from_outside() {
    local path=$1
    shift
    curl -s --max-time 20 --connect-to "$domain:443:127.0.0.1:$web_port" --connect-to "$domain:80:127.0.0.1:$plain_port" "$@" "https://$domain$path"
}
is_running() { inside systemctl is-active --quiet "$1" || { inside systemctl status --no-pager "$1"; fail "$1 does not run"; }; }


# Steps 2 to 4 of the runbook, and its last ones.
install_by_the_runbook() {
    local started=$SECONDS
    inside mkdir -p /srv/package
    tar -C "$work/package" -cf - . | inside tar -C /srv/package -xf -
    quietly "the sum of the package" inside bash -c 'cd /srv/package && sha256sum --check --ignore-missing SHA256SUMS'
    apt update
    apt install "/srv/package/$first"
    package_is_sound
    install_twice
    grep -q "^ *https://$domain/setup?token=" "$work/first.log" || { cat "$work/first.log"; fail "the installer does not print the link for the first account"; }
    for each in workspace-server nginx fail2ban chrony nftables ssh; do is_running $each; done
    wait_for answers
    [ "$(from_outside /sign-in -k -o "$work/page" -w '%{http_code}')" = 200 ] || fail "no page over https"
    [ "$(curl -s -o /dev/null -w '%{redirect_url}' -H "Host: $domain" "http://127.0.0.1:$plain_port/")" = "https://$domain/" ] || fail "no redirect from port 80"
    pass "a page over https $((SECONDS - started)) s after the package came, all services run, and a link for the first account"
    as_server workspace create Try --sample >/dev/null
}

# What the unit says is what the kernel does: looked at from inside the running service, and from beside it in its group of processes.
shut_in() {
    local unit process status try
    for unit in workspace-server workspace-smoke workspace-drill workspace-drill-sample; do
        inside systemd-analyze security --no-pager $unit >"$work/security.log"
        awk '/Overall exposure level/ { exit !($(NF - 2) + 0 <= 2.5 && $(NF - 2) + 0 > 0) }' "$work/security.log" || { tail -1 "$work/security.log"; fail "$unit is too open"; }
    done
    process=$(inside systemctl show --value --property MainPID workspace-server)
    status=$(inside cat "/proc/$process/status")
    for each in 'NoNewPrivs:.1' 'Seccomp:.2' 'CapBnd:.0000000000000000' 'CapEff:.0000000000000000' 'Umask:.0077'; do grep -q "^$each$" <<<"$status" || fail "the running server lacks $each"; done
    ! inside grep -q 4294967295 "/proc/$process/uid_map" || fail "the running server sees all users"
    # As root with all rights, but among the server's mounts.
    for try in 'touch /etc/x' 'touch /usr/x' 'touch /opt/x' 'ls /root' 'ls /home' 'ls /etc/ssh/sshd_config' 'cat /etc/workspace-server/tls/privkey.pem' 'ls /var/log/nginx' 'ls /dev/vda' 'touch /proc/sys/kernel/x' 'touch /sys/fs/cgroup/x'; do
        ! inside nsenter --target "$process" --mount sh -c "$try" >/dev/null 2>&1 || fail "the running server may: $try"
    done
    inside nsenter --target "$process" --mount sh -c 'touch /var/lib/workspace-server/x /var/backups/workspace-server/x && rm /var/lib/workspace-server/x /var/backups/workspace-server/x' || fail "the running server cannot write where it must"
    # The filter of addresses hangs on the group of processes. Something answers at the address of this machine, and a server of names beside it.
    inside curl -s -o /dev/null --max-time 5 -H "Host: $domain" "http://10.0.2.2:$plain_port/" || fail "nothing answers at the neighbour's address"
    ! in_its_group curl -s -o /dev/null --max-time 5 -H "Host: $domain" "http://10.0.2.2:$plain_port/" || fail "the server reaches its neighbours"
    in_its_group curl -s -o /dev/null --max-time 5 http://127.0.0.1:8080/healthz || fail "the server does not reach this machine"
    in_its_group bash -c 'exec 3<>/dev/udp/10.0.2.3/53 && printf "\1\1\1\0\0\1\0\0\0\0\0\0\7example\3org\0\0\1\0\1" >&3 && timeout 20 head -c 2 <&3 | grep -q .' || fail "the server does not reach what looks up names"
    pass "all units stay below 2.5, and the kernel holds the running server to it: rights, calls, folders, devices, neighbours"
}
in_its_group() {
    # shellcheck disable=SC2016 # The shell there fills it in.
    inside bash -c 'echo $$ >/sys/fs/cgroup/system.slice/workspace-server.service/cgroup.procs && exec "$@"' - "$@"
}

# A certificate from an authority like Let's Encrypt, but on the machine itself; then its renewal. certbot is told so by a file, as nothing else may be different.
certificates() {
    local old home=/root
    inside openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout /srv/acme.key -out /srv/acme.crt 2>/dev/null
    write /srv/acme.json <<'JSON'
{ "pebble": { "listenAddress": "127.0.0.1:14000", "managementListenAddress": "127.0.0.1:15000", "certificate": "/srv/acme.crt", "privateKey": "/srv/acme.key", "httpPort": 80, "tlsPort": 443 } }
JSON
    inside systemd-run --quiet --unit acme --setenv PEBBLE_VA_NOSLEEP=1 pebble -config /srv/acme.json
    wait_for inside curl -skf -o /dev/null https://localhost:15000/roots/0
    inside mkdir -p /etc/letsencrypt
    write $home/.config/letsencrypt/cli.ini < <(inside mkdir -p $home/.config/letsencrypt; printf 'server = https://localhost:14000/dir\nno-verify-ssl = true\n')
    install_twice --mail asha@example.org
    inside curl -sk https://localhost:15000/roots/0 >"$work/authority.pem"
    inside tee /usr/local/share/ca-certificates/acme.crt <"$work/authority.pem" >/dev/null
    inside update-ca-certificates >/dev/null 2>&1
    from_outside /sign-in --cacert "$work/authority.pem" -f -o /dev/null || fail "the certificate is not trusted"
    old=$(serial)
    quietly "certbot renew" inside certbot renew --force-renewal --no-random-sleep-on-renew
    wait_for has_other_serial "$old"
    inside systemctl list-timers --no-pager certbot.timer | grep -q certbot.service || fail "nothing renews the certificate by itself"
    quietly "certbot.service" inside systemctl start certbot.service
    pass "a certificate by ACME, renewed, and nginx shows the new one"
}
serial() { openssl s_client -connect "127.0.0.1:$web_port" -servername $domain </dev/null 2>/dev/null | openssl x509 -noout -serial; }
has_other_serial() { [ "$(serial)" != "$1" ]; }

# Each timer's service, once, as the timer would start it.
timers() {
    set_up_backups_and_drills
    inside systemctl restart workspace-server
    wait_for answers
    as_server smoke >"$work/smoke.log" 2>&1 || { cat "$work/smoke.log"; fail "smoke by hand"; }
    # The certificate comes to the server as from another machine; the user of the drill may run that one command.
    write /etc/workspace-drill/drill.env <<<'DRILL_DELIVER="cat >/var/lib/workspace-drill/delivered.json"'
    inside systemctl enable --quiet --now workspace-smoke.timer workspace-drill.timer workspace-drill-sample.timer
    for each in workspace-smoke workspace-drill workspace-drill-sample; do
        inside systemctl list-timers --no-pager "$each.timer" | grep -q "$each.service" || fail "$each.timer does not wait"
        inside systemctl start $each || { inside journalctl --no-pager -u $each -n 40; fail "$each"; }
        [ "$(inside systemctl show --value --property Result $each)" = success ] || fail "$each did not end well"
        ! inside journalctl --no-pager -u $each | grep -q 'FAIL ' || { inside journalctl --no-pager -u $each -n 40; fail "$each says FAIL"; }
        inside journalctl --no-pager -u $each | grep -q 'PASS ' || { inside journalctl --no-pager -u $each -n 40; fail "$each says nothing"; }
    done
    inside cat /var/lib/workspace-drill/delivered.json | as_server drill record /dev/stdin >/dev/null || fail "drill record"
    pass "smoke test, drill of everything and drill of a sample run in their units, and their timers wait"
}

# The machine around the server.
host() {
    inside nft list chain inet filter input | grep -q 'policy drop' || fail "the firewall is not loaded"
    inside sshd -t || fail "sshd does not take its files"
    inside sshd -T | grep -qx 'passwordauthentication no' || fail "ssh takes passwords"
    ssh -v "${ssh_options[@]}" -o ControlPath=none -o PreferredAuthentications=none,password,keyboard-interactive root@127.0.0.1 true >"$work/ssh.log" 2>&1 && fail "root gets in over ssh"
    grep -q 'Permission denied (publickey)' "$work/ssh.log" || { tail -3 "$work/ssh.log"; fail "ssh offers more than keys"; }

    inside chronyc sources | grep "^\^" >"$work/sources" || fail "chrony has no servers"
    quietly "unattended-upgrade" inside unattended-upgrade --dry-run
    for each in apt-daily apt-daily-upgrade logrotate; do inside systemctl is-active --quiet $each.timer || fail "$each.timer does not wait"; done
    quietly "logrotate" inside logrotate --force /etc/logrotate.d/nginx
    wait_for inside test -s /var/log/nginx/access.log.1
    from_outside /sign-in -k -o /dev/null
    wait_for inside grep -q 'GET /sign-in' /var/log/nginx/access.log
    inside test -d /var/log/journal || fail "the journal does not outlive a reboot"
    ! curl -s -o /dev/null --max-time 3 "http://127.0.0.1:$plain_port/metrics" -H "Host: 127.0.0.1" || fail "metrics are open"
    pass "firewall, ssh, chrony, security updates, logs and their rotation"
}

# Twenty refused sign-ins, as a visitor sends them: the address is shut out, and an hour later it would come in again.
bans() {
    local code count=0 token
    from_outside /sign-in -k -c "$work/cookies" -o "$work/page"
    token=$(sed -nE 's/.*name="([a-z_]+)"[^>]*type="hidden"[^>]*value="([^"]+)".*|.*type="hidden"[^>]*name="([a-z_]+)"[^>]*value="([^"]+)".*/\1\3=\2\4/p' "$work/page" | head -1)
    for _ in $(seq 22); do
        code=$(from_outside /sign-in -k -b "$work/cookies" -o /dev/null -w '%{http_code}' -H "Origin: https://$domain" --data-urlencode "$token" -d "email=nobody@example.org&password=wrong-$RANDOM-$RANDOM" || true)
        [[ $code =~ ^(401|429|403)$ ]] && count=$((count + 1))
    done
    [ "$count" -ge 20 ] || fail "only $count of 22 wrong sign-ins were refused, the last with $code"
    wait_for is_banned
    ! from_outside /sign-in -k -o /dev/null --max-time 3 || fail "a banned address gets in"
    inside fail2ban-client set workspace-server unbanip 10.0.2.2 >/dev/null
    from_outside /sign-in -k -o /dev/null -f || fail "an address that is not banned any more does not get in"
    pass "twenty refused sign-ins shut an address out, and it can be let in again"
}
is_banned() { inside fail2ban-client status workspace-server | grep -q 'Banned IP list:.*10\.0\.2\.2' && inside nft list ruleset | grep -q 10.0.2.2; }

# No server of time is reached from here, perhaps: this machine says what time it is (RFC 5905, section 7.3).
keep_the_clock() {
    python3 - "$time_port" <<'PYTHON' &
import socket, struct, sys, time
clock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
clock.bind(("127.0.0.1", int(sys.argv[1])))
while True:
    asked, whom = clock.recvfrom(1024)
    now = int((time.time() + 2208988800) * 2 ** 32)
    clock.sendto(struct.pack("!BBBbII4sQ8sQQ", 0x24, 1, 6, -20, 0, 0, b"HERE", now, asked[40:48], now, now), whom)
PYTHON
    echo $! >"$work/clock.pid"
    write /etc/chrony/sources.d/here.sources <<<"server 10.0.2.2 port $time_port iburst prefer"
    inside systemctl restart chrony
    wait_for is_synchronised
}
is_synchronised() { inside chronyc -c tracking | grep -qv 'Not synchronised'; }
# Nothing is wrong by the doctor, as root and as the user of the service.
healthy() {
    inside workspace-server doctor --host >"$work/doctor.log" 2>&1 || { cat "$work/doctor.log"; fail "doctor, as root"; }
    as_server doctor --host --thorough >"$work/doctor.log" 2>&1 || { cat "$work/doctor.log"; fail "doctor"; }
    as_server audit verify >/dev/null || fail "audit verify"
    [ "$(rows)" = "$before" ] || fail "other rows"
}
# host_names WHAT CURE: root's doctor fails and says this; then HOW is undone by the caller.
host_names() {
    ! inside workspace-server doctor --host >"$work/doctor.log" 2>&1 || { cat "$work/doctor.log"; fail "doctor is content with $1"; }
    grep -qF -- "$2" "$work/doctor.log" || { cat "$work/doctor.log"; fail "doctor does not say '$2' of $1"; }
}
wrong_turns_of_the_host() {
    inside systemctl stop workspace-server
    host_names "a server that is stopped" "systemctl enable --now workspace-server"
    inside systemctl start workspace-server
    inside systemctl stop nginx
    host_names "nginx stopped" "systemctl enable --now nginx"
    inside systemctl start nginx
    inside sed -i '1i nonsense;' /etc/nginx/nginx.conf
    host_names "a line in nginx.conf that nobody knows" "correct the line that it names"
    inside sed -i 1d /etc/nginx/nginx.conf
    inside nft flush ruleset
    host_names "no firewall" "systemctl enable --now nftables"
    inside systemctl restart nftables
    write /etc/ssh/sshd_config.d/05-wrong.conf <<<'PasswordAuthentication yes'
    host_names "ssh with passwords" "put 'passwordauthentication no' into a file there that comes before the others"
    inside rm /etc/ssh/sshd_config.d/05-wrong.conf
    inside systemctl stop fail2ban
    host_names "fail2ban stopped" "systemctl enable --now fail2ban"
    inside systemctl start fail2ban
    inside systemctl stop chrony
    ! as_server doctor >"$work/doctor.log" 2>&1 || fail "doctor is content without chrony"
    grep -qF "systemctl enable --now chrony" "$work/doctor.log" || { cat "$work/doctor.log"; fail "doctor does not say what mends chrony"; }
    if [ -z "$container" ]; then
        inside date -s '-1 day' >/dev/null
        ! as_server doctor >"$work/doctor.log" 2>&1 || fail "doctor is content with yesterday"
        grep -qF "it was set back" "$work/doctor.log" || { cat "$work/doctor.log"; fail "doctor does not see a clock that was set back"; }
        inside date -s '+1 day' >/dev/null
    fi
    inside systemctl start chrony
    wait_for is_synchronised
    inside mv /etc/systemd/system/workspace-server.service.d/network.conf /srv/
    inside systemctl daemon-reload
    ! as_server doctor --host >"$work/doctor.log" 2>&1 || fail "doctor is content with a resolver that is shut out"
    grep -qF "which looks up names for this machine" "$work/doctor.log" || { cat "$work/doctor.log"; fail "doctor does not see that the resolver is shut out"; }
    inside mv /srv/network.conf /etc/systemd/system/workspace-server.service.d/
    inside systemctl daemon-reload
    wait_for answers
    healthy
    pass "the doctor names every wrong turn of the machine and what mends it"
}

# A killed server, a reboot, a power cut: everything comes back, with every row.
falls_and_rises() {
    local was
    inside systemctl kill --kill-whom main --signal KILL workspace-server
    wait_for has_restarted
    wait_for answers
    [ "$(rows)" = "$before" ] || fail "other rows after a kill"
    was=$(boot)
    inside systemctl reboot || true
    hang_up
    wait_until_on "$was"
    came_back "a reboot"
    as_server workspace create Late --sample >/dev/null
    was=$(boot)
    hang_up
    switch_off
    switch_on "$was"
    came_back "a power cut"
    as_server table list -w Late --json | grep -q parties || fail "what was done just before the power cut is gone"
    as_server workspace delete Late --yes >/dev/null
    pass "killed it starts again; after a reboot and after a power cut all is there"
}
has_restarted() { [ "$(inside systemctl show --value --property NRestarts workspace-server)" = 1 ]; }
came_back() {
    for each in workspace-server nginx fail2ban chrony nftables ssh workspace-smoke.timer workspace-drill.timer; do is_running $each; done
    wait_for answers
    wait_for is_synchronised
    from_outside /sign-in --cacert "$work/authority.pem" -f -o /dev/null || fail "no page after $1"
    inside nft list chain inet filter input | grep -q 'policy drop' || fail "no firewall after $1"
    [ -z "$(inside systemctl list-units --failed --no-legend --plain)" ] || { inside systemctl list-units --failed; fail "units failed after $1"; }
    healthy
}

upgrade_and_back() {
    local process
    process=$(inside systemctl show --value --property MainPID workspace-server)
    apt install --reinstall "/srv/package/$second"
    wait_for answers
    [ "$(inside systemctl show --value --property MainPID workspace-server)" != "$process" ] || fail "the upgrade did not restart the server"
    healthy
    apt install --reinstall --allow-downgrades "/srv/package/$first"
    if [ -z "$from" ]; then
        wait_for answers
        healthy
    fi
    apt install --reinstall "/srv/package/$second"
    wait_for answers
    healthy
    quietly "the smoke test" inside systemctl start workspace-smoke
    pass "an upgrade, the way back and another upgrade keep every row"
}

removal() {
    as_server backup run >/dev/null
    inside cp /etc/workspace-server/appsettings.json /srv/
    apt purge workspace-server
    ! inside pgrep -u workspace-server || fail "a purge left something running"
    ! inside systemctl list-units --all --no-legend --plain 'workspace-*' | grep . || fail "a purge left units"
    ! inside test -e /usr/bin/workspace-server || fail "a purge left the program"
    for kept in /var/lib/workspace-server/control.db /etc/workspace-server/keys/master.key; do inside test -s $kept || fail "a purge took $kept"; done
    [ "$(from_outside /sign-in --cacert "$work/authority.pem" -o /dev/null -w '%{http_code}')" = 503 ] || fail "nginx does not say that the server is away"
    pass "a purge leaves nothing running, and keeps books and keys"
}

# The restore runbook, onto what is a bare machine again: there are the store, the settings, and the two keys that were kept elsewhere.
restore_by_the_runbook() {
    inside mkdir /srv/stick
    inside mv /etc/workspace-drill/backup.key /etc/workspace-server/keys/master.key /srv/stick/
    inside rm -rf /var/lib/workspace-server
    apt install "/srv/package/$second"
    inside cp /srv/appsettings.json /etc/workspace-server/
    inside install -o workspace-server -m 0400 /srv/stick/master.key /srv/stick/backup.key /etc/workspace-server/keys/
    quietly "restore" as_server restore --identity /etc/workspace-server/keys/backup.key
    inside rm /etc/workspace-server/keys/backup.key
    quietly "doctor after the restore" as_server doctor --thorough
    quietly "install.sh after the restore" inside /usr/share/workspace-server/install/install.sh --domain $domain
    wait_for answers
    healthy
    from_outside /sign-in --cacert "$work/authority.pem" -f -o /dev/null || fail "no page after the restore"
    pass "a restore by the runbook brings every row back onto a bare machine"
}

ops/bootstrap.sh "vm${container:+-container}"
mkdir -p artifacts/vm "$work/package"
if [ ! -s "$made.disk" ]; then
    bare_disk
    pass "a bare disk with $release"
fi
first=first.deb second=second.deb
if [ -n "$from" ]; then cp "$from" "$work/package/$first"; cp "$deb" "$work/package/$second"; else cp "$deb" "$work/package/$first"; later "$deb" "$work/package/$second"; fi
(cd "$work/package" && sha256sum -- *.deb >SHA256SUMS)
switch_on
[ "$(inside readlink /proc/1/exe)" = /usr/lib/systemd/systemd ] || fail "systemd is not the first process"
pass "a machine of its own: $(inside uname -r), $(inside systemd --version | head -1), $(cat "$work/state")"

install_by_the_runbook
before=$(rows)
keep_the_clock
shut_in
host
certificates
timers
bans
healthy
pass "the doctor is content, as root and as the user of the service"
wrong_turns
wrong_turns_of_the_host
falls_and_rises
upgrade_and_back
removal
restore_by_the_runbook
echo "vm: PASS ($((SECONDS / 60)) min)"
