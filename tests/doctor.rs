//! `enclave-irc doctor`, on machines on which something is wrong.

mod support;

use std::fs;
use std::net::TcpListener;
use std::time::Duration;

use serde_json::Value;
use support::daemon::Ended;
use support::{Daemon, Network, Peer, Setup};

/// Runs the doctor.
fn doctor(setup: &Setup) -> Ended {
    setup.run(&["doctor"])
}

/// Asserts that there is a line that begins so, and has this in it.
#[track_caller]
fn expect(ended: &Ended, begins: &str, contains: &str) {
    let mut lines = ended.output.lines();
    let found = lines.any(|line| line.starts_with(begins) && line.contains(contains));
    assert!(found, "no line {begins}…{contains} in\n{}", ended.output);
}

/// Asserts how it ended, and that every line is a finding.
#[track_caller]
fn expect_code(ended: &Ended, code: i32) {
    assert_eq!(ended.code, Some(code), "{}", ended.output);
    for line in ended.output.lines() {
        let bad = line.starts_with("warn  ") || line.starts_with("fail  ");
        assert!(bad || line.starts_with("ok    "), "{line}");
        assert_eq!(
            bad,
            line.contains(" → "),
            "a remedy where one is due: {line}"
        );
        assert!(
            !line.contains('\x1b'),
            "no colours but on a terminal: {line:?}"
        );
    }
}

fn node() -> Setup {
    Setup::on(&Network::new())
}

#[test]
fn where_all_is_well_nothing_fails_and_nothing_is_made() {
    let setup = node();
    setup.write();
    let ended = doctor(&setup);
    expect_code(&ended, 0);
    expect(&ended, "ok    gateway", "does not run");
    expect(&ended, "ok    address", &setup.address.to_string());
    expect(&ended, "ok    port", "free, and can be reached from here");
    expect(&ended, "ok    door", "free");
    expect(&ended, "ok    store", "not there yet");
    assert_eq!(
        ended.output.matches("ok  ").count(),
        ended.output.lines().count()
    );
    assert!(!setup.store().exists() && !setup.home().join("state/enclave-irc").exists());
}

#[test]
fn wrong_files_come_first_and_end_it_with_2() {
    let setup = node();
    fs::write(setup.configuration(), "[enclave]\nprot = 1\n").expect("a configuration");
    fs::write(setup.contacts(), "[[contact]]\nname = \"A\"\n").expect("an address book");
    let ended = doctor(&setup);
    expect_code(&ended, 2);
    expect(&ended, "fail  files", "config.toml:2: unknown key \"prot\"");
    expect(
        &ended,
        "fail  files",
        "contacts.toml:1: a contact without an address",
    );
    assert_eq!(ended.output.lines().count(), 2);
}

#[test]
fn a_missing_mesh_address_fails() {
    let setup = node().networks("fc00::/8").replace_address("auto");
    setup.write();
    // The machine that runs the tests may be on cjdns.
    let ended = doctor(&setup);
    if !ended.output.contains("ok    mesh") {
        expect_code(&ended, 1);
        expect(
            &ended,
            "fail  mesh",
            "no interface carries an address in it",
        );
    }
    let address = "fcde:ad00:dead:dead:dead:dead:dead:dead";
    let setup = node().networks("fc00::/8").replace_address(address);
    setup.write();
    let ended = doctor(&setup);
    expect_code(&ended, 1);
    let told = format!("{address}: configured, and carried by no interface");
    expect(&ended, "fail  address", &told);
}

#[test]
fn an_interface_that_is_not_there_fails() {
    let setup = node().set("enclave", "interface = \"gone0\"");
    setup.write();
    let ended = doctor(&setup);
    expect_code(&ended, 1);
    expect(
        &ended,
        "fail  interface",
        "gone0: configured, and not there",
    );
}

#[test]
fn ports_that_other_programs_have_fail() {
    let setup = node();
    setup.write();
    let _port = TcpListener::bind((setup.address, setup.network.port)).expect("a port");
    let _door = TcpListener::bind((setup.address, setup.port)).expect("a door");
    let ended = doctor(&setup);
    expect_code(&ended, 1);
    for check in ["port", "door"] {
        let begins = format!("fail  {check}");
        expect(&ended, &begins, "taken by ");
        if cfg!(target_os = "linux") {
            expect(
                &ended,
                &begins,
                &format!("(process {})", std::process::id()),
            );
        }
    }
}

#[test]
fn a_damaged_store_fails_and_is_left_alone() {
    let setup = Daemon::start(node()).stop();
    let whole = fs::read(setup.store()).expect("a store");
    let ended = doctor(&setup);
    expect_code(&ended, 0);
    expect(&ended, "ok    store", "whole (");
    let half = &whole[..whole.len() / 2];
    fs::write(setup.store(), half).expect("half a store");
    let ended = doctor(&setup);
    expect_code(&ended, 1);
    expect(&ended, "fail  store", "is damaged (");
    assert_eq!(fs::read(setup.store()).expect("a store"), half);
}

#[test]
fn what_becomes_of_each_contact_is_told_and_nothing_of_what_it_says() {
    let network = Network::new();
    let speaks = Peer::listen(&network);
    let silent = Peer::listen(&network);
    let hangs_up = Peer::listen(&network);
    let garbage = Peer::listen(&network);
    let closed = network.address();
    let setup = Setup::on(&network)
        .contact("Speaks", speaks.address)
        .contact("Silent", silent.address)
        .contact("Hangs", hangs_up.address)
        .contact("Garbage", garbage.address)
        .contact("Closed", closed)
        .book(&format!(
            "[[contact]]\nname = \"Blocked\"\naddress = \"{}\"\nblocked = true\n",
            network.address()
        ))
        .book("[[contact]]\nname = \"Outside\"\naddress = \"fc00::1\"\n");
    setup.write();
    let ended = std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut link = speaks.accept();
            link.send(r#"{"status":1,"status-message":"sekrit","alias":"sekrit"}"#);
            // Not a word is said to it.
            link.expect_end();
        });
        scope.spawn(|| silent.accept().expect_end());
        scope.spawn(|| drop(hangs_up.accept()));
        scope.spawn(|| {
            let mut link = garbage.accept();
            link.send("sekrit");
            link.expect_end();
        });
        doctor(&setup)
    });
    expect_code(&ended, 0);
    expect(
        &ended,
        "ok    contact      Speaks: connects in ",
        "handshake after ",
    );
    expect(
        &ended,
        "warn  contact      Silent: connects in ",
        "says nothing",
    );
    expect(
        &ended,
        "warn  contact      Hangs: connects in ",
        "hung up on",
    );
    expect(
        &ended,
        "warn  contact      Garbage: connects in ",
        "does not speak Enclave",
    );
    expect(&ended, "warn  contact      Closed: ", "nobody listens");
    expect(&ended, "ok    contact      Blocked: ", "not tried");
    expect(
        &ended,
        "warn  contact      Outside: ",
        "in none of the networks",
    );
    assert!(!ended.output.contains("sekrit"), "{}", ended.output);
}

#[test]
fn a_running_gateway_is_looked_at_and_not_disturbed() {
    let network = Network::new();
    let (john, eve) = (Peer::listen(&network), network.address());
    let setup = Setup::on(&network)
        .contact("John", john.address)
        .contact("Eve", eve);
    let gateway = Daemon::start(setup);
    let mut link = john.accept();
    link.read_json();
    let ended = doctor(&gateway.setup);
    expect_code(&ended, 0);
    expect(&ended, "ok    gateway", "runs (process ");
    expect(
        &ended,
        "ok    port",
        "our gateway's, and can be reached from here",
    );
    expect(&ended, "ok    door", "our gateway's");
    expect(&ended, "ok    store", "in use by the gateway");
    if cfg!(target_os = "linux") {
        expect(
            &ended,
            "ok    contact      John: connected with our gateway",
            "which dialled",
        );
        expect(
            &ended,
            "warn  contact      Eve: not connected",
            "/msg enclave info Eve",
        );
    }
    // Neither a second connection nor a word: the next that John hears is of a client.
    let _alice = gateway.client("alice", &[]);
    assert_eq!(link.read_json()["status"], 1);
    let second = john.accept_within(Duration::from_millis(1));
    assert!(second.is_none(), "John was dialled again");
}

#[test]
fn a_gateway_whose_doors_were_configured_anew_has_to_start_again() {
    let gateway = Daemon::start(node());
    let moved = fs::read_to_string(gateway.setup.configuration()).expect("a configuration");
    let port = gateway.setup.port.to_string();
    let other = support::network::free_port().to_string();
    fs::write(gateway.setup.configuration(), moved.replace(&port, &other)).expect("a change");
    let ended = doctor(&gateway.setup);
    expect_code(&ended, 1);
    expect(
        &ended,
        "fail  door",
        "the gateway runs and does not listen here",
    );
}

#[test]
fn a_program_gets_objects() {
    let setup = node().contact("John", Network::new().address());
    setup.write();
    let ended = setup.run(&["doctor", "--json"]);
    assert_eq!(ended.code, Some(0), "{}", ended.output);
    let findings: Vec<Value> = ended
        .output
        .lines()
        .map(|line| serde_json::from_str(line).expect("an object"))
        .collect();
    for finding in &findings {
        let keys: Vec<_> = finding.as_object().expect("an object").keys().collect();
        assert_eq!(keys, ["check", "finding", "remedy", "status", "subject"]);
    }
    let last = findings.last().expect("a finding");
    assert_eq!(
        (&last["check"], &last["subject"]),
        (&"contact".into(), &"John".into())
    );
    assert_eq!(last["status"], "warn");
    assert!(last["remedy"].is_string() && findings[0]["remedy"].is_null());
}
