#!/usr/bin/env bash
# Asks the package registries for known vulnerabilities of every package, direct or not, that this project uses.
#
#   ops/audit.sh [--nuget-source URL] [--npm-registry URL]      default: the configured ones
#
# Exit code: 0 asked and found nothing high or critical, 1 found something, 3 a registry serves no vulnerability
# data, so nothing is known. Not knowing is not passing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

nuget_source='' npm_registry=''
while [ $# -gt 0 ]; do
    case $1 in
        --nuget-source) nuget_source=$2; shift 2 ;;
        --npm-registry) npm_registry=$2; shift 2 ;;
        *) echo "audit: unknown option $1; see the head of ops/audit.sh" >&2; exit 2 ;;
    esac
done

work=artifacts/audit
rm -rf "$work"
mkdir -p "$work"
result=0

# A restore into a folder of its own, with the sources named as audit sources as well: then NuGet says NU1905 when
# a source serves no vulnerability data, instead of reporting that it found none.
{
    echo '<configuration><auditSources><clear />'
    if [ -n "$nuget_source" ]; then
        echo "<add key=\"audit\" value=\"$nuget_source\" allowInsecureConnections=\"true\" />"
    else
        dotnet nuget list source --format short | sed -nE 's#^E +(https?://.*)$#<add key="\1" value="\1" />#p'
    fi
    echo '</auditSources></configuration>'
} >"$work/nuget.config"
echo "audit: asking about the NuGet packages"
code=0
dotnet restore WorkspaceServer.sln --nologo --force -p:ArtifactsPath="$PWD/$work" -p:NuGetAuditLevel=high \
    -p:RestoreRootConfigDirectory="$PWD/$work" >"$work/nuget.log" 2>&1 || code=$?
if grep -qE 'NU190[34]' "$work/nuget.log"; then
    grep -oE 'NU190[34]: .*' "$work/nuget.log" | sed 's/ \[.*//' | sort -u
    echo "audit: NuGet: packages with a known high or critical vulnerability (above)" >&2
    result=1
elif grep -qE 'NU190[05]' "$work/nuget.log"; then
    echo "audit: NuGet: NOT CHECKED, the package source serves no vulnerability data" >&2
    result=3
elif [ "$code" -ne 0 ]; then
    tail -n 5 "$work/nuget.log" >&2
    echo "audit: NuGet: NOT CHECKED, the restore failed (above)" >&2
    result=3
else
    echo "audit: NuGet: nothing high or critical is known"
fi

echo "audit: asking about the npm packages"
code=0
(cd ops/node && npm audit --json --audit-level=high ${npm_registry:+--registry "$npm_registry"}) >"$work/npm.json" 2>"$work/npm.log" || code=$?
if ! grep -q '"auditReportVersion"' "$work/npm.json"; then
    echo "audit: npm: NOT CHECKED, the registry serves no vulnerability data" >&2
    [ "$result" -ne 0 ] || result=3
elif [ "$code" -ne 0 ]; then
    grep -E '"(name|severity)"' "$work/npm.json" | sort -u
    echo "audit: npm: packages with a known high or critical vulnerability (above)" >&2
    result=1
else
    echo "audit: npm: nothing high or critical is known"
fi
exit "$result"
