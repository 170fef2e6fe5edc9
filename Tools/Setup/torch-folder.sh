# shellcheck shell=bash
# What a LibTorch folder is: include/ and lib/, of a version that the C++ part is written for.

oldest_minor=11
newest_minor=15

# torch_version FOLDER: as in 2.13.0; empty where the folder holds no headers of LibTorch.
torch_version() {
    local header text
    for header in headeronly/version.h csrc/api/include/torch/version.h version.h; do
        header="$1/include/torch/$header"
        [ -f "$header" ] || continue
        text=$(sed -n 's/^#define TORCH_VERSION_[MP][A-Z]* *\([0-9][0-9]*\).*/\1/p' "$header" | head -n 3 | paste -s -d . -)
        [ -z "$text" ] || { printf '%s\n' "$text"; return; }
    done
}

# torch_problem FOLDER: what keeps it from being used; empty when nothing does.
torch_problem() {
    local version library
    [ -d "$1" ] || { printf 'there is no such folder\n'; return; }
    version=$(torch_version "$1")
    [ -n "$version" ] || { printf 'it has no include/torch with version.h\n'; return; }
    case $version in
        2.*) ;;
        *) printf 'it is version %s, needed is 2.%s to 2.%s\n' "$version" "$oldest_minor" "$newest_minor"; return ;;
    esac
    local minor=${version#2.}
    minor=${minor%%.*}
    if [ "$minor" -lt "$oldest_minor" ] || [ "$minor" -gt "$newest_minor" ]; then
        printf 'it is version %s, needed is 2.%s to 2.%s\n' "$version" "$oldest_minor" "$newest_minor"
        return
    fi
    for library in torch torch_cpu c10; do
        [ -f "$1/lib/lib$library.so" ] || [ -f "$1/lib/lib$library.dylib" ] ||
            { printf 'it has no lib/lib%s.so (nor .dylib)\n' "$library"; return; }
    done
}

is_torch() { [ -z "$(torch_problem "$1")" ]; }
