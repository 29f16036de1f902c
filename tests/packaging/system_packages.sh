#!/usr/bin/env bash
# Installs what tests need of the system and no package index has: a sound server without hardware,
# Node, Pure Data, doctest. Only on Debian and Ubuntu and only as root, as in a container; elsewhere it
# says what is missing, and the tests that need it skip with the reason.
set -uo pipefail
packages=(doctest-dev jackd2 libportaudio2 nodejs puredata-core puredata-dev)

if ! command -v dpkg-query >/dev/null; then
    echo "No Debian package is installed here: tests that need ${packages[*]} skip where these are absent."
    exit 0
fi
missing=()
for package in "${packages[@]}"; do
    [[ $(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
        missing+=("$package")
done
[[ ${#missing[@]} -eq 0 ]] && exit 0
if [[ $(id -u) -ne 0 ]] || ! command -v apt-get >/dev/null; then
    echo "Tests that need ${missing[*]} skip: sudo apt install ${missing[*]}"
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get install --yes --quiet --no-install-recommends "${missing[@]}" >/dev/null 2>&1 ||
    { apt-get update --quiet >/dev/null 2>&1 &&
        apt-get install --yes --quiet --no-install-recommends "${missing[@]}" >/dev/null 2>&1; } ||
    echo "Tests that need ${missing[*]} skip: apt-get cannot install them."
exit 0
