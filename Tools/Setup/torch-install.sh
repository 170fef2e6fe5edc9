# shellcheck shell=bash
# Installs LibTorch, as pip's torch package, into a cache folder outside the clone.

install_version=2.13.0
# PyTorch's own index of builds for the processor alone; only asked when pip's own settings find none.
cpu_wheels=https://download.pytorch.org/whl/cpu

has_nvidia() { command -v nvidia-smi >/dev/null 2>&1 && nvidia-smi >/dev/null 2>&1; }

# The folder's name in the cache; builds with and without CUDA lie side by side, as in a home shared by several machines.
install_name() { if has_nvidia; then printf 'libtorch-%s-cuda\n' "$install_version"; else printf 'libtorch-%s\n' "$install_version"; fi; }

# The cache folders, the preferred one first; the second one serves where the first cannot be written.
cache_folders() {
    local base=${XDG_CACHE_HOME:-${HOME:+$HOME/.cache}}
    if [ -n "${IISAN_CACHE:-}" ]; then
        printf '%s\n' "$IISAN_CACHE"
    elif [ -n "$base" ]; then
        printf '%s\n' "$base/swift-iisan"
    fi
    printf '%s\n' "$root/.cache"
}

# installed_torch FOLDER: the torch folder of an installation.
installed_torch() {
    local candidate
    for candidate in "$1"/lib/python3*/site-packages/torch "$1"/torch; do
        if is_torch "$candidate"; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    return 1
}

# cached_torch: the one an earlier run installed, in either cache.
cached_torch() {
    local cache
    while IFS= read -r cache; do
        installed_torch "$cache/$(install_name)" && return
    done < <(cache_folders)
    return 1
}

writable_cache() {
    local cache
    while IFS= read -r cache; do
        if mkdir -p "$cache" 2>/dev/null && [ -w "$cache" ]; then
            (cd "$cache" && pwd -P)
            return
        fi
        say "cannot write $cache"
    done < <(cache_folders)
    fail "no folder to install LibTorch in" "Set IISAN_CACHE to a folder that can be written, with 2 GB free."
}

# Installs beside the final place and renames, so that an interrupted installation is never taken for a whole one.
# Leaves the torch folder in `torch`.
install_torch() {
    local cache final log
    check_python
    cache=$(writable_cache) || exit 1
    final="$cache/$(install_name)"
    log="$final.log"
    partial="$cache/.$(install_name)-$$"
    trap 'rm -rf "$partial"' EXIT
    trap 'exit 130' INT TERM HUP
    say "installing LibTorch $install_version into $final"
    pip_install_torch "$partial"
    installed_torch "$partial" >/dev/null || fail "pip installed a torch without headers or libraries" "See $log"
    installed_torch "$final" >/dev/null || rm -rf "$final"
    # A setup that ran at the same time may have been first: rename fails then, and its installation is as good.
    "$python" -c 'import os, sys; os.rename(*sys.argv[1:])' "$partial" "$final" 2>/dev/null ||
        installed_torch "$final" >/dev/null || fail "could not rename $partial to $final"
    rm -f "$log"
    torch=$(installed_torch "$final")
}

check_python() {
    command -v "$python" >/dev/null 2>&1 ||
        fail "no LibTorch found, and no $python to install it with" \
            "Install Python 3.10 or newer, or set LIBTORCH to an unpacked LibTorch 2.$oldest_minor to 2.$newest_minor."
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' ||
        fail "$("$python" --version 2>&1) cannot install LibTorch $install_version" \
            "Set PYTHON to Python 3.10 or newer, or LIBTORCH to an unpacked LibTorch."
}

# pip_install_torch FOLDER: into a virtual environment there, or plainly into the folder where Python cannot make one.
pip_install_torch() {
    local folder=$1
    local pip=("$folder/bin/python" -m pip install)
    if ! make_environment "$folder"; then
        "$python" -m pip --version >/dev/null 2>&1 ||
            fail "$python has neither venv with ensurepip nor pip" "On Debian or Ubuntu: sudo apt-get install -y python3-venv"
        rm -rf "$folder"
        pip=("$python" -m pip install --target "$folder")
    fi
    if has_nvidia; then
        attempt "${pip[@]}" "torch===$install_version" && return
    elif [ "$(uname -s)" = Darwin ]; then
        attempt "${pip[@]}" --no-deps "torch==$install_version" && return
    else
        # The build for the processor needs no other package to compute.
        attempt "${pip[@]}" --no-deps "torch==$install_version+cpu" && return
        attempt "${pip[@]}" --no-deps --retries 1 --timeout 30 --extra-index-url "$cpu_wheels" "torch==$install_version+cpu" && return
        say "no build for the processor alone was found; installing the one with CUDA (several GB)"
        attempt "${pip[@]}" "torch==$install_version" && return
    fi
    tail -n 30 "$log" >&2
    fail "pip could not install torch $install_version; all it said is in $log" \
        "Check the network and the PIP_* settings, or set LIBTORCH to an unpacked LibTorch."
}

# Makes a virtual environment with pip in it; Debian has the part of Python that does so in a package of its own.
make_environment() {
    "$python" -m venv "$1" >"$log" 2>&1 && return
    apt_install python3-venv && "$python" -m venv --clear "$1" >>"$log" 2>&1
}

# Runs pip, all it says into the log.
attempt() { "$@" --quiet --no-input >>"$log" 2>&1; }
