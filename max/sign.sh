#!/usr/bin/env bash
# Signs and notarises the externals of a build folder on macOS, where the secrets for it are there, and
# says so where they are not: sign.sh BUILD
#
# Without it, macOS keeps what was downloaded in quarantine; README.md says what to do then.
set -euo pipefail
build=$1
if [[ -z "${CERTIFICATE:-}" || -z "${IDENTITY:-}" ]]; then
    echo "Not signed and not notarised: this repository has no APPLE_CERTIFICATE_P12 or no" \
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

# No mapfile: the bash of macOS is too old for it.
externals=()
while IFS= read -r external; do
    externals+=("$external")
done < <(find "$build" -name 'pd-*' -prune -o \( -name '*.mxo' -o -name '*.pd_darwin' -o -name '*.darwin-*.so' \) -print)
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
    [[ -d "$external" ]] && xcrun stapler staple "$external"
    rm "$archive"
done
