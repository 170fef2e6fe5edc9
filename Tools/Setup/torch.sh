# shellcheck shell=bash
# Chooses a LibTorch and makes the link .libtorch, where Package.swift looks.

# python_torch: the folder of the torch package that Python would import; torch itself is not imported, that takes seconds.
python_torch() {
    command -v "$python" >/dev/null 2>&1 || return 1
    (cd / && "$python" -c '
import importlib.util
spec = importlib.util.find_spec("torch")
print(next(iter(spec.submodule_search_locations or []), "") if spec else "")
' 2>/dev/null)
}

use_torch() {
    found LibTorch "$(torch_version "$1") at $1 ($2)"
    [ "$(readlink "$root/.libtorch" 2>/dev/null || true)" = "$1" ] && return
    if [ -e "$root/.libtorch" ] && [ ! -L "$root/.libtorch" ]; then
        [ "$1" = "$root/.libtorch" ] && return
        fail "$root/.libtorch is a folder, a link is to stand there" "Move it away, or set LIBTORCH to it."
    fi
    ln -sfn "$1" "$root/.libtorch"
}

link_torch() {
    local torch problem
    if [ -n "${LIBTORCH:-}" ]; then
        case $LIBTORCH in /*) ;; *) fail "LIBTORCH is not an absolute path: $LIBTORCH" ;; esac
        problem=$(torch_problem "$LIBTORCH")
        [ -z "$problem" ] || fail "LIBTORCH cannot be used, $problem: $LIBTORCH" \
            "Set it to an unpacked LibTorch or to Python's torch folder, or unset it to have one found or installed."
        use_torch "${LIBTORCH%/}" LIBTORCH
        return
    fi
    if is_torch "$root/.libtorch"; then
        torch=$(readlink "$root/.libtorch") || torch="$root/.libtorch"
        use_torch "$torch" "the link .libtorch, kept"
        return
    fi
    torch=$(python_torch || true)
    if [ -n "$torch" ]; then
        problem=$(torch_problem "$torch")
        if [ -z "$problem" ]; then
            use_torch "$torch" "Python's torch"
            return
        fi
        say "Python's torch cannot be used, $problem: $torch"
    fi
    if torch=$(cached_torch); then
        use_torch "$torch" cached
    else
        install_torch
        use_torch "$torch" installed
    fi
}
