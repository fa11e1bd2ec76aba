#!/usr/bin/env bash
# Builds everything in Release and runs the test projects, one after the other.
#
#   ops/test.sh [--only "PATTERN PATTERN"] [--projects "NAME NAME"] [--quick]
#
# --only      runs the test classes whose full name contains one of the patterns; for one like A48, the tests of that claim
# --projects  runs these test projects only, and builds only what they need
# --quick     leaves out what needs the Node tools or minutes: the project WorkspaceServer.EndToEnd
#
# Results go to artifacts/test-results, one xUnit XML and one TRX file per project; those of a part of the tests go
# to artifacts/test-results-part, so that `make claims` still sees the last full run. The last line is always
# `N passed, N failed, N skipped`; the exit code is not 0 when a test failed, a project crashed or no test ran.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() { echo "test: $*" >&2; exit 2; }

# No project may take longer, on the slowest machine; on a quiet one the whole suite is to fit into 20 minutes.
readonly project_timeout_seconds=2400

only='' quick='' projects=''
while [ $# -gt 0 ]; do
    case $1 in
        --only) only=${2-}; shift 2 || fail "--only needs a pattern" ;;
        --projects) projects=${2-}; shift 2 || fail "--projects needs names" ;;
        --quick) quick=1; shift ;;
        *) fail "unknown option $1; see the head of ops/test.sh" ;;
    esac
done

part=$projects
filter=()
if [[ $only =~ ^[A-E][0-9]+$ ]]; then
    filter=(-trait "claim=$only")
else
    for pattern in $only; do filter+=(-class "*$pattern*"); done
fi
# What takes minutes is for `make attack` alone.
[ -z "${ATTACK_CASES-}" ] || filter+=(-explicit on)

# A test project is one that makes a program and uses xunit.v3.
if [ -z "$projects" ]; then
    for project in tests/*/*.csproj; do
        grep -q '<OutputType>Exe</OutputType>' "$project" || continue
        grep -q '"xunit.v3"' "$project" || continue
        name=$(basename "$project" .csproj)
        [ "$name" != WorkspaceServer.EndToEnd ] || continue
        projects+=" $name"
    done
    # The slowest last.
    [ -n "$quick" ] || projects+=" WorkspaceServer.EndToEnd"
    echo "test: building (Release)"
    dotnet build WorkspaceServer.sln -c Release --nologo -v minimal || fail "the build failed; no test was run."
else
    for name in $projects; do
        echo "test: building $name (Release)"
        dotnet build "tests/$name" -c Release --nologo -v minimal || fail "the build failed; no test was run."
    done
fi

# The tests of the agent run the file that is shipped for Windows under Wine.
if [[ " $projects " == *" WorkspaceServer.Agent.Tests "* ]] && [ -z "$quick" ] && [ -e /usr/lib/wine/wine64 ]; then
    echo "test: publishing the agent for Windows"
    ops/publish-agent.sh artifacts/agent-win-x64 || fail "the agent for Windows was not published; no test was run."
fi

results=artifacts/test-results
[ -z "$only$quick$part" ] || results=artifacts/test-results-part
rm -rf "$results"
mkdir -p "$results"

# The number of one attribute of the <assembly> element, which xUnit writes on one line before any test.
count() { grep -o '<assembly [^>]*' "$1" | grep -o " $2=\"[0-9]*\"" | tr -dc '0-9\n' | awk '{n += $1} END {print n + 0}'; }

# The names of the tests that failed, from a project's log.
failures() { sed -n 's/^ *\(.*\) \[FAIL\]$/  failed: \1/p' "$1"; }

passed=0 failed=0 skipped=0
summary=()
for name in $projects; do
    echo "test: running $name"
    xml=$results/$name.xml
    started=$SECONDS code=0
    timeout --kill-after=10 "$project_timeout_seconds" "artifacts/bin/$name/release/$name" -noLogo -noColor -verbose \
        -printMaxStringLength 1000 -printMaxEnumerableLength 50 \
        -result-xml "$xml" -result-trx "$results/$name.trx" "${filter[@]}" >"$results/$name.log" 2>&1 &
    runner=$!
    while kill -0 "$runner" 2>/dev/null; do
        # Wakes at once when the runner ends; otherwise a sign of life every 20 seconds.
        timeout 20 tail --pid="$runner" -s 0.2 -f /dev/null ||
            echo "test:   $name: $(grep -c '\[FINISHED\]' "$results/$name.log" || true) tests done, $((SECONDS - started)) s"
    done
    wait "$runner" || code=$?
    p=0 f=0 s=0
    if [ -s "$xml" ]; then
        p=$(count "$xml" passed) f=$(($(count "$xml" failed) + $(count "$xml" errors))) s=$(count "$xml" skipped)
    fi
    note=''
    if [ "$code" -ne 0 ] && [ "$f" -eq 0 ]; then
        f=1 note="  (the test program itself failed with exit code $code)"
    fi
    if [ "$code" -ne 0 ]; then
        grep -vE '^ +(Discovering|Discovered|Starting|Finished):|\[(STARTING|FINISHED)\]|^=== TEST EXECUTION|   Total: ' "$results/$name.log" || true
    fi
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    failures "$results/$name.log" >>"$results/failures"
    summary+=("$(printf '  %-32s %6d passed %4d failed %4d skipped %5d s%s' "$name" "$p" "$f" "$s" "$((SECONDS - started))" "$note")")
done

echo
cat "$results/failures"
printf '%s\n' "${summary[@]}"
ran=$((passed + failed))
[ "$ran" -gt 0 ] || echo "test: no test was run."
echo "$passed passed, $failed failed, $skipped skipped" | tee "$results/summary"
[ "$failed" -eq 0 ] && [ "$ran" -gt 0 ]
