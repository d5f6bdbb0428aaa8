use super::*;

fn wrong(text: &str) -> String {
    text.parse::<Listen>().unwrap_err().to_string()
}

fn door(text: &str) -> Listen {
    text.parse().unwrap()
}

#[test]
fn doors_are_written_as_they_are_read() {
    for text in [
        "localhost:6667",
        "127.0.0.1:7000",
        "0.0.0.0:7000",
        "[::1]:6667",
        "irc.example.org:6667",
        "unix:/run/irc",
    ] {
        assert_eq!(door(text).to_string(), text);
    }
}

#[cfg(all(feature = "tls", feature = "websocket"))]
#[test]
fn other_transports_are_written_in_front() {
    for (text, transport) in [
        ("tls://[::]:6697", Transport::Tls),
        ("tls://irc.example.org:6697", Transport::Tls),
        ("ws://localhost:6680", Transport::WebSocket),
    ] {
        assert_eq!(door(text).to_string(), text);
        assert_eq!(door(text).transport(), transport);
    }
    assert!(door("tls://localhost:1").collides_with(&door("ws://127.0.0.1:1")));
}

#[cfg(not(feature = "tls"))]
#[test]
fn what_was_not_built_in_is_named() {
    let told = wrong("tls://localhost:6697");
    assert!(told.contains("built without tls://"), "{told}");
}

#[cfg(not(feature = "websocket"))]
#[test]
fn websockets_that_were_not_built_in_are_named() {
    let told = wrong("ws://localhost:6680");
    assert!(told.contains("built without ws://"), "{told}");
}

#[test]
fn the_same_door_twice_is_noticed() {
    let loopback = door("127.0.0.1:6667");
    assert!(loopback.collides_with(&Listen::localhost(6667)));
    assert!(door("[::1]:6667").collides_with(&Listen::localhost(6667)));
    assert!(!loopback.collides_with(&Listen::localhost(6668)));
    assert!(door("a.example:1").collides_with(&door("A.example:1")));
    assert!(!door("a.example:1").collides_with(&door("b.example:1")));
    let unix = Listen::Unix("/run/irc".into());
    assert!(unix.collides_with(&unix.clone()));
    assert!(!unix.collides_with(&loopback));
}

#[test]
fn what_others_can_reach_is_told_from_what_is_ours_alone() {
    for text in ["localhost:1", "127.1.2.3:1", "[::1]:1", "unix:/run/irc"] {
        assert!(!door(text).is_reachable(), "{text}");
    }
    for text in [
        "0.0.0.0:1",
        "[::]:1",
        "192.0.2.1:1",
        "[fc00::1]:1",
        "irc.example.org:1",
        "localhost.example.org:1",
    ] {
        assert!(door(text).is_reachable(), "{text}");
    }
}

#[test]
fn a_door_knows_by_what_names_it_is_called() {
    let usual = ["localhost", "127.0.0.1", "[::1]"];
    assert_eq!(door("localhost:1").host_names(), usual);
    assert_eq!(door("[::1]:1").host_names(), usual);
    let more = ["localhost", "127.0.0.1", "[::1]", "127.0.0.9"];
    assert_eq!(door("127.0.0.9:1").host_names(), more);
    assert_eq!(door("[fc00::1]:1").host_names(), ["[fc00::1]"]);
    assert_eq!(door("IRC.example:1").host_names(), ["irc.example"]);
    assert!(door("0.0.0.0:1").host_names().is_empty());
    assert!(door("[::]:1").host_names().is_empty());
}

#[test]
fn each_wrong_door_is_told_apart() {
    assert!(wrong("localhost").contains("has no port"));
    assert!(wrong(":6667").contains("has no host"));
    assert!(wrong("localhost:0").contains("1 to 65535"));
    assert!(wrong("localhost:irc").contains("1 to 65535"));
    assert!(wrong("::1:6667").contains("[::1]:6667"));
    assert!(wrong("[localhost]:6667").contains("no IPv6 address"));
    assert!(wrong("300.0.0.1:6667").contains("neither an address nor a name"));
    assert!(wrong("a b:6667").contains("neither an address nor a name"));
    assert!(wrong("wss://localhost:1").contains("wss:// is not supported in this version"));
    assert!(wrong("unix:irc").contains("begin with /"));
    assert!(wrong("unix:/run/").contains("names a folder"));
    assert!(wrong(&format!("unix:/{}", "x".repeat(103))).contains("103 bytes"));
}
