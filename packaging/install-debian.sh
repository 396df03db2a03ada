#!/bin/sh
# Promises: afterwards this Debian machine has the system packages of the kiosk, and apt was asked only if one was missing.
#
#   packaging/install-debian.sh            what the kiosk and its tests need
#   packaging/install-debian.sh --bench    and the invisible X server that `make bench` measures on
#   packaging/install-debian.sh --deb      and what `make debtest` installs and starts whole systems with
#   packaging/install-debian.sh --readers  and what the extras pcsc and hid are compiled with, and what their tests run on
set -eu

# Python to build .venv; espeak-ng speaks, alsa-utils plays; the rest is what the SDL inside Kivy opens while it runs:
# GL by Mesa, a window on X11, and the bare screen (KMS/DRM) on a box without a desktop; libmtdev reads touch screens;
# zbar-tools reads the codes on slips in the tests, gammu drives GSM modems as a program of its own.
PACKAGES="python3 python3-venv
    espeak-ng alsa-utils gammu
    libgl1 libgl1-mesa-dri libegl1 libgles2 libgbm1 libdrm2 libmtdev1
    zbar-tools
    libx11-6 libxext6 libxcursor1 libxi6 libxfixes3 libxrandr2 libxss1"

case "${1:-}" in
    "") ;;
    --bench) PACKAGES="$PACKAGES xvfb" ;;
    --deb) PACKAGES="$PACKAGES debootstrap systemd-container zstd xvfb" ;;
    --readers) PACKAGES="$PACKAGES gcc libc6-dev python3-dev swig libpcsclite-dev pcscd vsmartcard-vpcd" ;;
    *) echo "install-debian.sh: unknown option '$1': expected nothing, --bench, --deb or --readers" >&2; exit 2 ;;
esac

if ! command -v apt-get >/dev/null 2>&1 || ! command -v dpkg-query >/dev/null 2>&1; then
    echo "This is not a Debian system: going on, but please see that it has what these Debian packages hold:" \
        $PACKAGES >&2
    exit 0
fi

missing=""
for package in $PACKAGES; do
    case "$(dpkg-query --show --showformat='${db:Status-Abbrev}' "$package" 2>/dev/null || true)" in
        ?i*) ;;
        *) missing="$missing $package" ;;
    esac
done
[ -n "$missing" ] || exit 0

as_root=""
if [ "$(id -u)" -ne 0 ]; then
    as_root="sudo"
    if ! command -v sudo >/dev/null 2>&1; then
        echo "Missing system packages:$missing. Neither root nor sudo here: as root, run: apt-get install$missing" >&2
        exit 1
    fi
    if ! sudo -n true 2>/dev/null && ! [ -t 0 ]; then
        echo "Missing system packages:$missing. sudo wants a password and nobody can type it: run: sudo apt-get install$missing" >&2
        exit 1
    fi
fi

echo "Installing system packages:$missing"
# The environment is named inside sudo, which would otherwise drop it.
$as_root env DEBIAN_FRONTEND=noninteractive sh -c '
    apt-get -q update && apt-get -q -y --no-install-recommends install "$@"' apt $missing || {
    echo "apt could not install:$missing. Its reason stands above; is the network there?" >&2
    exit 1
}
