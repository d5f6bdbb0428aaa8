#!/usr/bin/env bash
# Three gateways on a real mesh: they are started before there is a mesh, find each other when
# it is there, talk in all directions, are cut from each other, and find each other again.
#
#   MESH_LAB=/path/to/program tests/lab/mesh.sh [KIND]
#
# KIND is what MESH_LAB can make: yggdrasil (the default), plain or cjdns. MESH_LAB is a program
# that makes hosts as network namespaces with a mesh between them; these of its verbs are used:
#
#   up KIND N        make N hosts; wait until all reach all
#   addr I           print the mesh address of host I
#   exec I CMD...    run a command on host I
#   cut I, heal I    drop everything to and from host I without a word, and no longer
#   down             take everything down
#
# Needs what MESH_LAB needs (root, for one), cargo, and python3. Prints what happened and how
# long it took. Ends with 0 if all of it did, and takes everything down in any case.
set -euo pipefail
cd "$(dirname "$0")/../.."

: "${MESH_LAB:?set it to the program that makes the hosts; see the head of this file}"
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
declare -a address device prefixed

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

"$MESH_LAB" up "$kind" 3

# Hosts exist only once their mesh is up. So "before the mesh is up" is made by taking each
# host's mesh address away: until a mesh program gives it, there is none on any interface, and
# that is all that a program on the host can see of it. talk.py gives it back later.
for i in 1 2 3; do
  address[i]=$("$MESH_LAB" addr "$i")
  read -r device[i] prefixed[i] < <("$MESH_LAB" exec "$i" ip -o -6 addr show to "${address[i]}" |
    awk '{ print $2, $4 }')
  "$MESH_LAB" exec "$i" ip addr del "${prefixed[i]}" dev "${device[i]}"
done

for i in 1 2 3; do
  folder=$work/$i
  mkdir -p "$folder/config/enclave-irc" "$folder/state"
  cat >"$folder/config/enclave-irc/config.toml" <<TOML
[enclave]
networks = ["$network"]
[irc]
listen = ["unix:$folder/irc"]
TOML
  for j in 1 2 3; do
    ((i == j)) || printf '[[contact]]\nname = "Node %s"\naddress = "%s"\nnick = "node%s"\n\n' \
      "$j" "${address[j]}" "$j"
  done >"$folder/config/enclave-irc/contacts.toml"
  "$MESH_LAB" exec "$i" env HOME="$folder" XDG_CONFIG_HOME="$folder/config" \
    XDG_STATE_HOME="$folder/state" "$program" >"$folder/log" 2>&1 &
  gateways+=($!)
done

# The doors are unix sockets on the file system that all hosts share, so one program can talk
# at all of them.
python3 tests/lab/talk.py "$MESH_LAB" "$work" "${device[@]}" "${prefixed[@]}"
