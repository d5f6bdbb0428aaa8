//! The door for IRC clients: who is let in, and how.

mod support;

use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;

use support::{Daemon, Network, Setup};

#[test]
fn a_unix_socket_works_as_tcp_does() {
    let network = Network::new();
    let gateway = Daemon::start(Setup::on(&network).unix());
    let mut alice = gateway.client("alice", &["server-time"]);
    alice.send("PRIVMSG enclave :whoami");
    alice.expect_text("enclave", &gateway.setup.address.to_string());
    let metadata = std::fs::metadata(gateway.setup.socket()).expect("a socket");
    assert!(metadata.file_type().is_socket());
    assert_eq!(
        metadata.permissions().mode() & 0o077,
        0,
        "for the person only"
    );
    drop(alice);
    let setup = gateway.stop();
    assert!(
        !setup.socket().exists(),
        "the socket is taken away at the end"
    );
}

#[test]
fn a_unix_socket_left_over_from_a_crash_is_replaced() {
    let network = Network::new();
    let setup = Setup::on(&network).unix();
    drop(std::os::unix::net::UnixListener::bind(setup.socket()).expect("a socket"));
    let gateway = Daemon::start(setup);
    gateway.client("alice", &[]).settle();
}

#[test]
fn a_first_line_that_is_http_is_closed_before_it_can_do_anything() {
    let gateway = Daemon::start(Setup::on(&Network::new()));
    for request in [
        "POST / HTTP/1.1",
        "GET / HTTP/1.1",
        "OPTIONS * HTTP/1.0",
        "PUT /x HTTP/1.1",
    ] {
        let mut web = gateway.connect();
        web.send_bytes(
            format!("{request}\r\nHost: x\r\n\r\nNICK evil\r\nUSER evil 0 * :evil\r\n").as_bytes(),
        );
        let lines = web.expect_end();
        assert!(lines.iter().all(|line| line.command != "001"), "{lines:?}");
    }
}

#[test]
fn another_user_is_not_let_in_where_only_the_same_user_is_allowed() {
    // Only root can become somebody else; elsewhere there is nobody to try it with.
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let gateway = Daemon::start(Setup::on(&Network::new()));
    let (address, port) = (gateway.setup.address, gateway.setup.port);
    let mut command = std::process::Command::new("/bin/bash");
    let script = format!(
        "exec 3<>/dev/tcp/{address}/{port}; printf 'NICK eve\\r\\nUSER eve 0 * :eve\\r\\n' >&3; cat <&3"
    );
    command.args(["-c", &script]).uid(65_534).gid(65_534);
    let output = command.output().expect("bash");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(!text.contains(" 001 "), "{text}");
    gateway.client("alice", &[]).settle();
}

#[test]
fn anyone_may_be_allowed() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let gateway = Daemon::start(Setup::on(&Network::new()).set("irc", "allow = \"anyone\""));
    let (address, port) = (gateway.setup.address, gateway.setup.port);
    let mut command = std::process::Command::new("/bin/bash");
    let script = format!(
        "exec 3<>/dev/tcp/{address}/{port}; printf 'NICK eve\\r\\nUSER eve 0 * :eve\\r\\nQUIT\\r\\n' >&3; cat <&3"
    );
    command.args(["-c", &script]).uid(65_534).gid(65_534);
    let output = command.output().expect("bash");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains(" 001 "), "{text}");
}

#[test]
fn a_door_that_is_not_on_loopback_needs_a_password() {
    let setup = Setup::on(&Network::new()).set("irc", "listen = [\"0.0.0.0:6667\"]");
    setup.write();
    let ended = setup.run(&["check"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.output.contains("password"), "{}", ended.output);
}
