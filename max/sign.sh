#!/usr/bin/env bash
# Strips and signs the externals of a build folder on macOS: sign.sh BUILD
#
# With the secrets for it, signs them with an identity and notarises them. Without, says so, and signs
# them ad hoc, which is what a Mac with Apple's processor loads at the least; what was downloaded it
# keeps in quarantine then, and README.md says what to do. Nothing may change an external afterwards.
set -euo pipefail
build=$1

# No mapfile: the bash of macOS is too old for it.
externals=()
while IFS= read -r external; do
    externals+=("$external")
done < <(find "$build" \( -name 'pd-*' -o -name _CPack_Packages \) -prune -o \( -name '*.mxo' -o -name '*.pd_darwin' -o -name '*.darwin-*.so' \) -print)
if [[ ${#externals[@]} -eq 0 ]]; then
    echo "There are no externals in $build." >&2
    exit 1
fi
for external in "${externals[@]}"; do
    if [[ -d "$external" ]]; then
        strip -S -x "$external"/Contents/MacOS/*
    else
        strip -S -x "$external"
    fi
done

if [[ -z "${CERTIFICATE:-}" || -z "${IDENTITY:-}" ]]; then
    codesign --force --sign - "${externals[@]}"
    echo "Signed ad hoc and not notarised: this repository has no APPLE_CERTIFICATE_P12 or no" \
        "APPLE_SIGNING_IDENTITY."
    exit 0
fi

# A keychain of its own, which goes with the machine.
keychain="$RUNNER_TEMP/sideman.keychain"
secret=$(uuidgen)
base64 --decode <<<"$CERTIFICATE" >"$RUNNER_TEMP/certificate.p12"
security create-keychain -p "$secret" "$keychain"
security unlock-keychain -p "$secret" "$keychain"
security import "$RUNNER_TEMP/certificate.p12" -k "$keychain" -P "${PASSWORD:-}" -T /usr/bin/codesign
security set-key-partition-list -S apple-tool:,apple: -k "$secret" "$keychain" >/dev/null
security list-keychains -d user -s "$keychain"
rm "$RUNNER_TEMP/certificate.p12"

codesign --force --timestamp --options runtime --sign "$IDENTITY" "${externals[@]}"

if [[ -z "${APPLE_ID:-}" || -z "${APPLE_TEAM:-}" || -z "${APPLE_APP_PASSWORD:-}" ]]; then
    echo "Signed, and not notarised: this repository has no APPLE_ID, APPLE_TEAM_ID or" \
        "APPLE_APP_PASSWORD."
    exit 0
fi
archive="$RUNNER_TEMP/externals.zip"
for external in "${externals[@]}"; do
    ditto -c -k --keepParent "$external" "$archive"
    xcrun notarytool submit "$archive" --wait --apple-id "$APPLE_ID" --team-id "$APPLE_TEAM" \
        --password "$APPLE_APP_PASSWORD"
    # A ticket can be stapled to a bundle, and not to a bare library.
    if [[ -d "$external" ]]; then
        xcrun stapler staple "$external"
    fi
    rm "$archive"
done
