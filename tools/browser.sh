#!/bin/sh
# Makes sure of a Chromium and of Chinese fonts for the browser tests: found, or installed on Debian.
# Where neither is possible it says so and the tests skip; with CI=true that is a failure.
set -eu

say() { echo "browser: $*"; }

a_chromium() {
    for name in ${CHROMIUM:-} chromium chromium-browser google-chrome-stable google-chrome; do
        # It is run, since Ubuntu has a chromium-browser that only asks for a snap.
        if command -v "$name" >/dev/null 2>&1 && "$name" --version >/dev/null 2>&1; then
            command -v "$name"
            return 0
        fi
    done
    return 1
}

chinese_fonts() {
    if command -v fc-list >/dev/null 2>&1; then
        [ -n "$(fc-list :lang=zh-cn family 2>/dev/null)" ]
    else
        dpkg -s fonts-noto-cjk >/dev/null 2>&1
    fi
}

missing=""
a_chromium >/dev/null || missing="chromium"
chinese_fonts || missing="$missing fonts-noto-cjk"

if [ -n "$missing" ] && command -v apt-get >/dev/null 2>&1; then
    as_root=""
    if [ "$(id -u)" -ne 0 ]; then
        as_root="sudo -n"
    fi
    if $as_root true 2>/dev/null; then
        say "installing $missing"
        export DEBIAN_FRONTEND=noninteractive
        # A machine that never ran apt-get update knows no packages, and an old list names files that are gone.
        install="$as_root apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300"
        # shellcheck disable=SC2086
        if ! apt-cache show $missing >/dev/null 2>&1 || ! $install $missing >/dev/null; then
            $as_root apt-get update -qq && $install $missing >/dev/null || true
        fi
    fi
fi

if found=$(a_chromium); then
    say "$found"
    chinese_fonts || say "no Chinese fonts: pages will show empty boxes for Chinese (apt-get install fonts-noto-cjk)"
    exit 0
fi
say "no Chromium here and none could be installed (on Debian: apt-get install chromium fonts-noto-cjk)"
if [ "${CI:-}" = "true" ]; then
    say "with CI=true that is a failure"
    exit 1
fi
say "going on: the browser tests report 'skipped: no browser'"
