#!/usr/bin/env bash
# Makes a Debian machine that has only the .NET SDK, git and apt able to build, test or run this project.
#
#   ops/bootstrap.sh [build|test|attack|run|picture|bench|vm|vm-container]      default: build
#
# Installs the Debian packages that are missing and nothing else; with nothing missing it says nothing and does nothing.
set -euo pipefail

fail() { echo "bootstrap: $*" >&2; exit 1; }

# What is looked for | the Debian package that brings it. A name with a slash is a file, another a command.
build_needs=(
    'make|make'
    'gcc|gcc'
    'strip|binutils'
    'openssl|openssl'
    '/usr/include/stdio.h|libc6-dev'
    '/usr/include/openssl/evp.h|libssl-dev'
    '/usr/include/zlib.h|zlib1g-dev'
    'npm|npm'
    'zip|zip'
)
bench_needs=(
    'wrk|wrk'
)
# Pages are looked at in a browser, with letters of all scripts that they show.
browser_needs=(
    'chromium|chromium'
    '/usr/share/fonts/truetype/noto/NotoSansDevanagari-Regular.ttf|fonts-noto-core'
    '/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf|fonts-dejavu-core'
)
test_needs=(
    'shellcheck|shellcheck'
    'strace|strace'
    'age|age'
    'nginx|nginx'
    '/usr/bin/fail2ban-regex|fail2ban'
    '/usr/share/postgresql-common/supported-versions|postgresql'
    '/usr/sbin/mariadbd|mariadb-server-core'
)
attack_needs=(
    'testssl|testssl.sh'
)
# A machine of its own, emulated or in a container: ops/install/vm.sh.
emulator_needs=(
    'qemu-system-x86_64|qemu-system-x86'
    'qemu-img|qemu-utils'
    '/usr/share/seabios/bios.bin|seabios'
)
container_needs=(
    'systemd-nspawn|systemd-container'
    'slirp4netns|slirp4netns'
    'ip|iproute2'
)
vm_needs=(
    'mmdebstrap|mmdebstrap'
    'mke2fs|e2fsprogs'
    'python3|python3'
    'ssh|openssh-client'
    'curl|curl'
    'openssl|openssl'
)
# The agent for Windows runs under Wine, where Debian has it; without it those tests are skipped and say so.
[ "$(dpkg --print-architecture 2>/dev/null)" != amd64 ] || test_needs+=('/usr/lib/wine/wine64|wine64')

[ $# -le 1 ] || fail "usage: ops/bootstrap.sh [build|test|attack|run|picture|bench|vm|vm-container]"
case ${1:-build} in
    build | run) needs=("${build_needs[@]}") ;;
    test) needs=("${build_needs[@]}" "${test_needs[@]}" "${browser_needs[@]}") ;;
    attack) needs=("${build_needs[@]}" "${test_needs[@]}" "${browser_needs[@]}" "${attack_needs[@]}") ;;
    bench) needs=("${build_needs[@]}" "${bench_needs[@]}") ;;
    vm) needs=("${vm_needs[@]}" "${emulator_needs[@]}") ;;
    vm-container) needs=("${vm_needs[@]}" "${container_needs[@]}") ;;
    picture) needs=("${build_needs[@]}" "${browser_needs[@]}") ;;
    *) fail "usage: ops/bootstrap.sh [build|test|attack|run|picture|bench|vm|vm-container]" ;;
esac

command -v git >/dev/null || fail "git is missing. Install it first."
command -v dotnet >/dev/null || fail "the .NET SDK is missing. Install .NET SDK 10 first: https://dotnet.microsoft.com/download"
case $(dotnet --list-sdks) in
    10.* | *$'\n'10.*) ;;
    *) fail "no .NET SDK 10 among the installed ones. Install it first: https://dotnet.microsoft.com/download" ;;
esac

# Debian keeps some programs where an ordinary user's PATH does not look.
PATH=$PATH:/usr/sbin:/sbin
missing=()
for need in "${needs[@]}"; do
    case ${need%%|*} in
        */*) [ -e "${need%%|*}" ] || missing+=("${need##*|}") ;;
        *) command -v "${need%%|*}" >/dev/null || missing+=("${need##*|}") ;;
    esac
done
[ ${#missing[@]} -gt 0 ] || exit 0

command -v apt-get >/dev/null ||
    fail "this machine has no apt-get. Install by hand what these Debian packages bring: ${missing[*]}"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null ||
        fail "packages are missing, and you are neither root nor is there sudo. As root: apt-get install ${missing[*]}"
    as_root=(sudo)
fi

echo "bootstrap: installing Debian packages: ${missing[*]}"
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120)
"${apt[@]}" update || fail "apt-get update failed; see its message above."
"${apt[@]}" install --yes --no-install-recommends "${missing[@]}" >/dev/null ||
    fail "apt-get install failed; see its message above."
echo "bootstrap: ready"
