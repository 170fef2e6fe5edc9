# shellcheck shell=bash
# What setup says, and the right to install packages.

found() { printf '%-14s %s\n' "$1" "$2"; }

say() { printf '%s\n' "$*" >&2; }

# fail PROBLEM REMEDY...
fail() {
    printf 'setup: %s\n' "$1" >&2
    shift
    [ $# -eq 0 ] || printf '  %s\n' "$@" >&2
    exit 1
}

# Runs a command with the rights of root; false where they cannot be had without a password.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        sudo -n "$@"
    else
        return 1
    fi
}

# Installs Debian packages; false where that is not possible.
apt_install() {
    command -v apt-get >/dev/null 2>&1 || return 1
    as_root true || return 1
    say "installing $* with apt-get"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y "$@" >&2 ||
        { as_root apt-get update -qq >&2 && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y "$@" >&2; }
}
