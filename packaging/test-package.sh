#!/usr/bin/env bash
# Builds the Debian package, installs it, uses it, removes it, and looks whether anything is
# left. With the path of a package it tries that one. It changes the machine it runs on, so:
# as root, on one that nobody minds, without enclave-irc. Where systemd runs, the services are
# tried as well. It makes a user for itself, and takes it away again.
set -euo pipefail
cd "$(dirname "$0")/.."

person=enclave-irc-test
patience=20

say() { echo "== $*"; }
fail() {
  echo "FAILED: $*" >&2
  exit 1
}

((EUID == 0)) || fail "needs to be root"
! dpkg -s enclave-irc >/dev/null 2>&1 || fail "enclave-irc is installed here; this would purge it"
! getent passwd "$person" >/dev/null || fail "there is a user $person already"

package="${1:-}"
if [[ -z "$package" ]]; then
  package="$(packaging/package.sh | tail -n 1)"
fi
[[ -f "$package" ]] || fail "no package at '$package'"

has_systemd() { [[ -d /run/systemd/system ]]; }
by_hand=
clean_up() {
  if [[ -n "$by_hand" ]]; then kill "$by_hand" 2>/dev/null || true; fi
  dpkg -P enclave-irc >/dev/null 2>&1 || true
  if has_systemd; then
    loginctl disable-linger "$person" 2>/dev/null || true
    loginctl terminate-user "$person" 2>/dev/null || true
  fi
  for _ in {1..50}; do
    ! userdel -r "$person" 2>/dev/null || break
    getent passwd "$person" >/dev/null || break
    sleep 0.1
  done
}
trap clean_up EXIT

# All that is where a package may put something, but for what dpkg and systemd keep for
# themselves.
files() {
  find /etc /usr /var/lib /opt -xdev \
    \( -path /var/lib/dpkg -o -path /var/lib/systemd \) -prune -o -print | sort
}

# Does something as a user, in a clean environment; with run=exec, in place of this shell.
as() {
  local user="$1"
  shift
  ${run-} setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups \
    env -i PATH=/usr/bin:/bin HOME="$(getent passwd "$user" | cut -d: -f6)" "$@"
}

# A port that nobody listens on: two gateways of this test must not meet another program.
free_port() {
  local port
  while port=$((20000 + RANDOM)) && (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  echo "$port"
}

# What a gateway on this port says to this user, until it has greeted or refused them.
greeting() {
  as "$1" timeout "$patience" bash -c '
    exec 3<>"/dev/tcp/127.0.0.1/$1" || exit
    printf "NICK tester\r\nUSER tester 0 * :Test\r\n" >&3
    while read -r line <&3; do
      echo "$line"
      if [[ "$line" == *" 422 "* || "$line" == *" 376 "* || "$line" == ERROR* ]]; then break; fi
    done
    printf "QUIT :done\r\n" >&3' greeting "$2" 2>/dev/null || true
}

expect_greeting() {
  local heard
  for _ in $(seq "$patience"); do
    heard="$(greeting "$person" "$1")"
    if [[ "$heard" == *" 001 tester "* ]]; then return; fi
    # Only started by hand the gateway does not tell when its doors are open.
    [[ "${2-}" == patiently ]] || break
    sleep 1
  done
  fail "the gateway on port $1 did not greet its person: '$heard'"
}

expect_refusal() {
  local heard
  heard="$(greeting nobody "$1")"
  [[ "$heard" != *" 001 "* && "$heard" == *ERROR* ]] || fail "another user was let in: '$heard'"
}

# The unit's promises hold for this process: no new rights, none to drop, and a system that
# is for reading only.
expect_box() {
  local line
  for line in 'NoNewPrivs:\t1' 'CapBnd:\t0*' 'Seccomp:\t2'; do
    grep -qxP "$line" "/proc/$1/status" || fail "the service lacks $line"
  done
  [[ "$(awk '$5 == "/" { print $6 }' "/proc/$1/mountinfo")" == ro* ]] ||
    fail "the service can write to /"
}

say "before"
useradd --create-home --shell /bin/bash "$person"
home="$(getent passwd "$person" | cut -d: -f6)"
before="$(files)"

say "install $package"
dpkg-deb --info "$package" | sed -n 's/^ \(Version\|Depends\|Installed-Size\|Suggests\):/  \1:/p'
dpkg -i "$package"
dpkg --audit
for file in /usr/bin/enclave-irc \
  /usr/share/man/man1/enclave-irc.1.gz /usr/share/man/man1/enclave-irc-contact-add.1.gz \
  /usr/share/bash-completion/completions/enclave-irc \
  /usr/share/zsh/vendor-completions/_enclave-irc \
  /usr/share/fish/vendor_completions.d/enclave-irc.fish \
  /usr/lib/systemd/user/enclave-irc.service /usr/lib/systemd/system/enclave-irc@.service \
  /usr/share/doc/enclave-irc/copyright /usr/share/doc/enclave-irc/licences.gz \
  /usr/share/doc/enclave-irc/examples/config.toml; do
  dpkg -L enclave-irc | grep -qxF "$file" || fail "the package has no $file"
  # A container may be set up to leave documentation out.
  [[ -s "$file" || "$file" == /usr/share/* ]] || fail "$file was not installed"
done
as "$person" enclave-irc --version
as "$person" enclave-irc check
if command -v man >/dev/null; then
  man -w enclave-irc && man -w enclave-irc-contact-add || fail "man does not find the pages"
  for page in /usr/share/man/man1/enclave-irc*.1.gz; do
    complaints="$(LC_ALL=C.UTF-8 MANROFFSEQ='' man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null)"
    [[ -z "$complaints" ]] || fail "$page: $complaints"
  done
fi
bash -n /usr/share/bash-completion/completions/enclave-irc
! command -v zsh >/dev/null || zsh -n /usr/share/zsh/vendor-completions/_enclave-irc
! command -v fish >/dev/null || fish -n /usr/share/fish/vendor_completions.d/enclave-irc.fish
if command -v systemd-analyze >/dev/null; then
  systemd-analyze verify "/usr/lib/systemd/system/enclave-irc@.service" ||
    fail "the system unit is wrong"
  systemd-analyze security --offline=true /usr/lib/systemd/system/enclave-irc@.service | tail -n 1
  as "$person" XDG_RUNTIME_DIR="$home" systemd-analyze verify --user /usr/lib/systemd/user/enclave-irc.service ||
    fail "the user unit is wrong"
  rm -rf "$home/systemd"
fi

say "by hand, as an ordinary user"
port="$(free_port)"
as "$person" mkdir -p "$home/.config/enclave-irc"
echo "irc.listen = [\"localhost:$port\"]" >"$home/.config/enclave-irc/config.toml"
run=exec as "$person" enclave-irc &
by_hand=$!
expect_greeting "$port" patiently
expect_refusal "$port"
kill "$by_hand"
wait "$by_hand" || fail "it did not end well: $?"
by_hand=
[[ -s "$home/.local/state/enclave-irc/state.db" ]] || fail "it has kept nothing"

if has_systemd; then
  say "as a service of the system"
  port="$(free_port)"
  folder="/var/lib/enclave-irc/$person/enclave-irc"
  # The folder is systemd's to make.
  systemctl start "enclave-irc@$person"
  systemctl stop "enclave-irc@$person"
  echo "irc.listen = [\"localhost:$port\", \"unix:/run/enclave-irc/$person/irc\"]" >"$folder/config.toml"
  chown "$person:" "$folder/config.toml"
  systemctl enable --now "enclave-irc@$person"
  expect_greeting "$port"
  expect_refusal "$port"
  [[ -S "/run/enclave-irc/$person/irc" ]] || fail "there is no unix socket"
  systemctl show -p StatusText --value "enclave-irc@$person" | grep -qx 'no contacts yet' ||
    fail "there is no status line"
  expect_box "$(systemctl show -p MainPID --value "enclave-irc@$person")"
  systemctl reload "enclave-irc@$person"
  expect_greeting "$port"
  systemctl status --no-pager --lines 5 "enclave-irc@$person" || fail "it does not run"

  say "as a service of the person"
  user_port="$(free_port)"
  echo "irc.listen = [\"localhost:$user_port\", \"unix:/run/user/$(id -u "$person")/irc\"]" \
    >"$home/.config/enclave-irc/config.toml"
  rm -rf "$home/.local/state"
  loginctl enable-linger "$person"
  theirs=(timeout "$patience" systemctl --user "--machine=$person@")
  for _ in $(seq "$patience"); do
    ! "${theirs[@]}" is-system-running 2>/dev/null | grep -qx 'running\|degraded' || break
    sleep 1
  done
  "${theirs[@]}" enable --now enclave-irc
  expect_greeting "$user_port"
  expect_refusal "$user_port"
  "${theirs[@]}" show -p StatusText --value enclave-irc | grep -qx 'no contacts yet' ||
    fail "there is no status line"
  expect_box "$("${theirs[@]}" show -p MainPID --value enclave-irc)"
  "${theirs[@]}" reload enclave-irc
  expect_greeting "$user_port"
  "${theirs[@]}" status --no-pager --lines 5 enclave-irc || fail "it does not run"
  [[ -s "$home/.local/state/enclave-irc/state.db" ]] || fail "it has kept nothing"
else
  say "systemd does not run here: the services are not tried"
fi

say "install again over it, as an upgrade does"
running="$(pgrep -u "$person" -x enclave-irc || true)"
dpkg -i "$package"
if has_systemd; then
  [[ "$running" != "$(pgrep -u "$person" -x enclave-irc)" ]] || fail "the old program is still running"
  expect_greeting "$port"
  expect_greeting "$user_port" patiently
fi

say "remove"
dpkg -r enclave-irc
! pgrep -u "$person" -x enclave-irc || fail "it still runs"
[[ ! -e /usr/bin/enclave-irc ]] || fail "the program is still there"
if has_systemd; then
  [[ -s "$folder/state.db" ]] || fail "removing has deleted messages"
fi
say "purge"
dpkg -P enclave-irc
! dpkg -s enclave-irc >/dev/null 2>&1 || fail "dpkg still knows it"
left="$(diff <(echo "$before") <(files)) " || true
[[ "$left" == " " ]] || fail "this is left, or missing: $left"
[[ -s "$home/.local/state/enclave-irc/state.db" ]] || fail "a person's own messages are gone"
say "all is well"
