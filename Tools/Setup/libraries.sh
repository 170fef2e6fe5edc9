# shellcheck shell=bash
# The headers of libcrypto, libjpeg-turbo, libpng, libwebp and zlib.

# The compiler that Swift comes with, as the build uses it, else any other.
c_compiler() {
    local swift
    swift=$(command -v swift)
    if [ "$(uname -s)" = Darwin ]; then
        command -v cc
    elif [ -x "${swift%/*}/clang" ]; then
        printf '%s\n' "${swift%/*}/clang"
    else
        command -v clang || command -v cc || command -v gcc
    fi
}

# header_version COMPILER HEADER MACRO: the macro's text, empty where the header has none; false when the header is not found.
header_version() {
    local macros
    macros=$(printf '#include <stdio.h>\n#include <%s>\n' "$2" | "$1" -E -dM -x c - 2>/dev/null) || return 1
    printf '%s\n' "$macros" | sed -n "s/^#define $3 //p" | tr -d '"'
}

# Says which libraries were found; puts the names of the others into `missing`.
look_for_libraries() {
    local compiler=$1 name header macro version
    missing=
    while read -r name header macro; do
        if version=$(header_version "$compiler" "$header" "$macro"); then
            found "$name" "${version:-found}"
        else
            missing="$missing $name"
        fi
    done <<'END'
libjpeg-turbo jpeglib.h LIBJPEG_TURBO_VERSION
libpng png.h PNG_LIBPNG_VER_STRING
libwebp webp/decode.h none
zlib zlib.h ZLIB_VERSION
libcrypto openssl/opensslv.h OPENSSL_VERSION_STR
sqlite sqlite3.h SQLITE_VERSION
END
    [ -z "$missing" ]
}

check_libraries() {
    local compiler missing
    local packages=(libjpeg-dev libpng-dev libwebp-dev zlib1g-dev libssl-dev libsqlite3-dev)
    compiler=$(c_compiler) || fail "no C compiler beside swift, nor in PATH" "Install Swift's whole toolchain."
    look_for_libraries "$compiler" && return
    say "headers not found:$missing"
    if apt_install "${packages[@]}"; then
        look_for_libraries "$compiler" && return
    fi
    fail "headers not found:$missing" "Install them, then run make setup again:" "$(install_line "${packages[@]}")"
}

# The line that installs the headers here.
install_line() {
    if [ "$(uname -s)" = Darwin ]; then
        # shellcheck disable=SC2016 # the user's shell expands it
        printf '%s\n' 'brew install jpeg-turbo libpng webp openssl@3 && export CPATH="$(brew --prefix)/include:$(brew --prefix openssl@3)/include" LIBRARY_PATH="$(brew --prefix)/lib:$(brew --prefix openssl@3)/lib"'
    elif command -v apt-get >/dev/null 2>&1; then
        printf 'sudo apt-get install -y %s\n' "$*"
    elif command -v dnf >/dev/null 2>&1; then
        printf 'sudo dnf install -y libjpeg-turbo-devel libpng-devel libwebp-devel zlib-devel openssl-devel sqlite-devel\n'
    else
        printf 'the development packages of libcrypto (OpenSSL), libjpeg-turbo, libpng, libwebp, SQLite and zlib\n'
    fi
}
