#!/usr/bin/env bash
# Two gateways on a real mesh: one host is cut off, people on both sides go on writing, and when
# it is healed everything arrives, once, in order, under the msgids it was accepted with.
#
#   MESH_LAB=/path/to/program tests/lab/delivery.sh [KIND]
#
# KIND and MESH_LAB are as for mesh.sh, whose head says what MESH_LAB has to be able to do.
# Prints what happened and how long it took. Ends with 0 if all of it did, and takes everything
# down in any case.
set -euo pipefail
cd "$(dirname "$0")/../.."

: "${MESH_LAB:?set it to the program that makes the hosts; see the head of mesh.sh}"
kind=${1:-yggdrasil}
case $kind in
  yggdrasil) network=200::/7 ;;
  *) network=fc00::/8 ;;
esac

cargo build --quiet
program=$(pwd)/target/debug/enclave-irc

work=$(mktemp -d)
export MESH_LAB_DIR=$work/lab
gateways=()

clean_up() {
  local status=$?
  trap - EXIT INT TERM
  for pid in "${gateways[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait "${gateways[@]}" 2>/dev/null || true
  "$MESH_LAB" down >/dev/null 2>&1 || true
  if ((status != 0)); then tail -n 20 "$work"/*/log >&2 || true; fi
  rm -rf "$work"
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

"$MESH_LAB" up "$kind" 2

for i in 1 2; do
  j=$((3 - i))
  folder=$work/$i
  mkdir -p "$folder/config/enclave-irc" "$folder/state"
  cat >"$folder/config/enclave-irc/config.toml" <<TOML
[enclave]
networks = ["$network"]
[irc]
listen = ["unix:$folder/irc"]
TOML
  printf '[[contact]]\nname = "Node %s"\naddress = "%s"\nnick = "node%s"\n' \
    "$j" "$("$MESH_LAB" addr "$j")" "$j" >"$folder/config/enclave-irc/contacts.toml"
  "$MESH_LAB" exec "$i" env HOME="$folder" XDG_CONFIG_HOME="$folder/config" \
    XDG_STATE_HOME="$folder/state" "$program" >"$folder/log" 2>&1 &
  gateways+=($!)
done

python3 tests/lab/write.py "$MESH_LAB" "$work" \
  "$("$MESH_LAB" addr 1)" "$("$MESH_LAB" addr 2)"
