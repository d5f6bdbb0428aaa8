#!/usr/bin/env bash
# Builds the Debian package; the path of the file is the last line. Needs a C compiler,
# dpkg-dev, and cargo-deb: cargo install cargo-deb
set -euo pipefail
cd "$(dirname "$0")/.."

made=target/packaging
program="${CARGO_TARGET_DIR:-target}/release/enclave-irc"

cargo build --release --locked
rm -rf "$made"
mkdir -p "$made/completions"
"$program" man --out "$made/man"
for shell in bash zsh fish; do
  "$program" completions "$shell" >"$made/completions/enclave-irc.$shell"
done
packaging/licences.sh | gzip -9n >"$made/licences.gz"
# What changed for people is in CHANGELOG.md; Debian wants a list of packages, too.
when="@${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}"
cat >"$made/changelog" <<END
enclave-irc ($("$program" --version | cut -d' ' -f2)-1) unstable; urgency=medium

  * See /usr/share/doc/enclave-irc/CHANGELOG.md.

 -- The enclave-irc authors <enclave-irc@localhost>  $(LC_ALL=C date -R -u -d "$when")
END
cargo deb --no-build
