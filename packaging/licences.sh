#!/usr/bin/env bash
# Writes the licences of all that is built into the program, which they ask to go along with it:
# each text once, under the names of the crates that it came with.
set -euo pipefail
cd "$(dirname "$0")/.."

# SQLite, which rusqlite brings, is in the public domain and has none.
host="$(rustc -vV | sed -n 's/^host: //p')"
declare -A folder
while IFS= read -r manifest; do
  folder["$(basename "$(dirname "$manifest")")"]="$(dirname "$manifest")"
done < <(cargo metadata --locked --format-version=1 --filter-platform "$host" |
  grep -o '"manifest_path":"[^"]*"' | cut -d'"' -f4)

declare -A crates text
texts=()
while read -r name version _; do
  [[ "$name" == enclave-irc ]] && continue
  where="${folder["$name-${version#v}"]-}"
  [[ -n "$where" ]] || { echo "where is $name $version?" >&2; exit 1; }
  found=
  while IFS= read -r file; do
    found=yes
    digest="$(sha256sum <"$file")"
    if [[ -z "${text["$digest"]-}" ]]; then
      texts+=("$digest")
      text["$digest"]="$file"
    fi
    crates["$digest"]+="${crates["$digest"]:+, }$name ${version#v}"
  done < <(find "$where" -maxdepth 1 -type f \
    \( -iname 'licen[sc]e*' -o -iname 'copying*' -o -iname 'notice*' -o -iname 'unlicense*' \) | sort)
  if [[ -z "$found" ]]; then
    echo "$name ${version#v}: $(sed -n 's/^license = //p' "$where/Cargo.toml" | head -n 1)"
    echo
  fi
done < <(cargo tree --locked --edges normal --prefix none --format '{p}' | sort -u)

for digest in "${texts[@]}"; do
  echo "---- ${crates["$digest"]}" | fold -s -w 100
  echo
  cat "${text["$digest"]}"
  echo
done
