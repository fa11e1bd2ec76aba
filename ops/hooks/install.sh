#!/usr/bin/env bash
# Installs the pre-commit hook: git looks for hooks in ops/hooks from then on, so the hook is always the tracked one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

current=$(git config --get core.hooksPath || true)
case $current in
    ops/hooks) echo "hooks: already installed" ;;
    '') git config core.hooksPath ops/hooks && echo "hooks: installed; git commit now checks what it commits" ;;
    *)
        echo "hooks: git already looks for hooks in $current. To replace that: git config --unset core.hooksPath && make hooks" >&2
        exit 1
        ;;
esac
