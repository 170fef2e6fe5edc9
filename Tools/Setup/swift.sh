# shellcheck shell=bash
# Swift 6.2 or newer, which Package.swift asks for.

check_swift() {
    local text version
    command -v swift >/dev/null 2>&1 ||
        fail "no swift in PATH" "Install Swift 6.2 or newer (https://www.swift.org/install), then: make setup"
    text=$(swift --version 2>/dev/null) || fail "swift --version failed: $(command -v swift)" "Install Swift 6.2 or newer again."
    version=$(printf '%s\n' "$text" | sed -n 's/.*Swift version \([0-9][0-9]*\.[0-9][0-9.]*\).*/\1/p' | head -n 1)
    at_least "${version:-0.0}" 6 2 ||
        fail "Swift ${version:-of an unknown version} at $(command -v swift), 6.2 or newer is needed" \
            "Install it (https://www.swift.org/install) and put it first in PATH."
    found Swift "$version"
}

# at_least VERSION MAJOR MINOR
at_least() {
    local major=${1%%.*} rest=${1#*.}
    local minor=${rest%%.*}
    [ "$major" -gt "$2" ] || { [ "$major" -eq "$2" ] && [ "$minor" -ge "$3" ]; }
}
