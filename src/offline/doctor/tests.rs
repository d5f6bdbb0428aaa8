//! What facts mean, without a machine.

use std::num::NonZeroU32;
use std::time::Duration;

use super::contacts::Then;
use super::mesh::{Mesh, Program};
use super::reach::{Door, Occupancy, Port, Process};
use super::state::{State, Store};
use super::*;

fn own(address: &str, interface: &str) -> Own {
    Own {
        address: address.parse().unwrap(),
        index: NonZeroU32::new(1),
        interface: interface.to_owned(),
    }
}

/// A machine on cjdns.
fn on_cjdns() -> Mesh {
    let ours = vec![own("fc00::1", "tun0")];
    Mesh {
        networks: vec!["fc00::/8".parse().unwrap()],
        interfaces: vec!["lo".to_owned(), "tun0".to_owned()],
        present: ours.clone(),
        own: ours,
        programs: Some(vec![Program::Cjdroute]),
        ..Mesh::default()
    }
}

/// The same with cjdns gone.
fn off_cjdns() -> Mesh {
    Mesh {
        present: Vec::new(),
        own: Vec::new(),
        programs: Some(Vec::new()),
        ..on_cjdns()
    }
}

fn lines(findings: Vec<Finding>) -> Vec<String> {
    findings.iter().map(|finding| finding.line(false)).collect()
}

/// The one line that is not `ok`.
fn complaint(findings: Vec<Finding>) -> String {
    let mut bad = findings;
    bad.retain(|finding| finding.status != Status::Ok);
    assert_eq!(bad.len(), 1, "{bad:?}");
    bad.remove(0).line(false)
}

#[test]
fn a_mesh_that_is_there_is_named_with_our_address_and_its_interface() {
    assert_eq!(
        lines(on_cjdns().findings()),
        [
            "ok    mesh         fc00::/8: cjdroute runs",
            "ok    address      fc00::1: ours, on the interface tun0",
        ]
    );
}

#[test]
fn a_mesh_program_that_does_not_run_is_to_be_started() {
    assert_eq!(
        complaint(off_cjdns().findings()),
        "fail  mesh         fc00::/8: cjdroute does not run, and no interface carries an \
         address in it → start cjdroute"
    );
    // Where the system does not tell of processes, that is not claimed.
    let untold = Mesh {
        programs: None,
        ..off_cjdns()
    };
    let told = complaint(untold.findings());
    assert!(
        !told.contains("does not run") && told.ends_with("start cjdroute"),
        "{told}"
    );
}

#[test]
fn another_mesh_that_runs_is_offered() {
    let mesh = Mesh {
        programs: Some(vec![Program::Yggdrasil]),
        ..off_cjdns()
    };
    let told = complaint(mesh.findings());
    assert!(told.contains("networks = [\"200::/7\"]"), "{told}");
}

#[test]
fn a_mesh_program_that_makes_no_interface_is_to_be_looked_into() {
    let mesh = Mesh {
        programs: Some(vec![Program::Cjdroute]),
        ..off_cjdns()
    };
    let told = complaint(mesh.findings());
    assert!(
        told.contains("cjdroute runs, but") && told.contains("log of cjdroute"),
        "{told}"
    );
}

#[test]
fn one_mesh_of_two_is_enough() {
    let mut mesh = on_cjdns();
    mesh.networks.push("200::/7".parse().unwrap());
    let told = complaint(mesh.findings());
    assert!(
        told.starts_with("warn  mesh         200::/7: yggdrasil does not run"),
        "{told}"
    );
}

#[test]
fn a_configured_address_that_is_not_there_is_told_with_the_one_that_is() {
    let mesh = Mesh {
        fixed: Some("fc00::2".parse().unwrap()),
        own: Vec::new(),
        ..on_cjdns()
    };
    assert_eq!(
        complaint(mesh.findings()),
        "fail  address      fc00::2: configured, and carried by no interface → set address = \
         \"fc00::1\" in [enclave], or \"auto\""
    );
}

#[test]
fn a_configured_interface_that_is_not_there_or_not_the_one_is_told() {
    let with = |interface: &str| Mesh {
        interface: Some(interface.to_owned()),
        own: Vec::new(),
        ..on_cjdns()
    };
    let told = lines(with("tun9").findings());
    assert!(
        told.iter()
            .any(|line| line.contains("tun9: configured, and not there")),
        "{told:?}"
    );
    let told = complaint(with("lo").findings());
    assert!(
        told.contains("the configured interface carries none of our addresses"),
        "{told}"
    );
}

fn process(id: u32) -> Option<Process> {
    let name = "other".to_owned();
    Some(Process { id, name })
}

const GATEWAY: Option<Holder> = Some(Holder { process: Some(7) });

#[test]
fn a_port_is_free_ours_or_somebodys() {
    let told = |occupancy: Occupancy, reached: bool, gateway| {
        let reached = match reached {
            true => Ok(Duration::from_millis(3)),
            false => Err("nothing answers".to_owned()),
        };
        let port = Port {
            name: "[fc00::1]:7776".to_owned(),
            occupancy,
            reached: Some(reached),
            note: None,
        };
        let findings = port.findings(gateway);
        (findings[0].status, findings[0].finding.clone())
    };
    for (occupancy, reached, gateway, status, text) in [
        (
            Occupancy::Free,
            true,
            None,
            Status::Ok,
            "free, and can be reached from here (3 ms)",
        ),
        (
            Occupancy::Free,
            false,
            None,
            Status::Fail,
            "free, but cannot be reached even from here (nothing answers)",
        ),
        (
            Occupancy::Free,
            false,
            GATEWAY,
            Status::Warn,
            "the gateway runs and does not listen here",
        ),
        (
            Occupancy::Taken(process(7)),
            true,
            GATEWAY,
            Status::Ok,
            "our gateway's, and can be reached from here (3 ms)",
        ),
        (
            Occupancy::Taken(None),
            true,
            GATEWAY,
            Status::Ok,
            "our gateway's, and can be reached from here (3 ms)",
        ),
        (
            Occupancy::Taken(process(7)),
            false,
            GATEWAY,
            Status::Fail,
            "our gateway's, but cannot be reached even from here (nothing answers)",
        ),
        (
            Occupancy::Taken(process(8)),
            true,
            GATEWAY,
            Status::Fail,
            "taken by other (process 8)",
        ),
        (
            Occupancy::Taken(process(8)),
            true,
            None,
            Status::Fail,
            "taken by other (process 8)",
        ),
        (
            Occupancy::Taken(None),
            true,
            None,
            Status::Fail,
            "taken by another program",
        ),
    ] {
        let case = format!("{occupancy:?} {reached} {gateway:?}");
        assert_eq!(
            told(occupancy, reached, gateway),
            (status, text.to_owned()),
            "{case}"
        );
    }
}

#[test]
fn a_port_that_is_not_tied_to_its_interface_is_noted() {
    let port = Port {
        name: "[fc00::1]:7776".to_owned(),
        occupancy: Occupancy::Free,
        reached: None,
        note: Some("sockets are not bound".to_owned()),
    };
    assert!(complaint(port.findings(None)).contains("sockets are not bound"));
}

#[test]
fn a_door_that_a_running_gateway_does_not_have_means_that_it_has_to_start_again() {
    let status = |occupancy, gateway| {
        let name = "localhost:6667".to_owned();
        Door { name, occupancy }.finding(gateway).status
    };
    assert_eq!(status(Occupancy::Free, None), Status::Ok);
    assert_eq!(status(Occupancy::Free, GATEWAY), Status::Fail);
    assert_eq!(status(Occupancy::Taken(process(7)), GATEWAY), Status::Ok);
    assert_eq!(status(Occupancy::Taken(process(8)), GATEWAY), Status::Fail);
    assert_eq!(status(Occupancy::Taken(None), None), Status::Fail);
    assert_eq!(
        status(Occupancy::Unusable("no".to_owned()), None),
        Status::Fail
    );
}

/// A machine with everything that is needed.
fn healthy() -> State {
    State {
        path: "/s/state.db".into(),
        store: Store::Whole(3 * 1024 * 1024 + 17),
        folder: "/s".into(),
        is_writable: true,
        room: Some(5 * 1024 * 1024 * 1024),
        descriptors: Some(1024),
        contacts: 10,
        now: 1_800_000_000,
    }
}

#[test]
fn a_healthy_machine_is_told_in_four_lines() {
    assert_eq!(
        lines(healthy().findings()),
        [
            "ok    store        /s/state.db: whole (3MiB)",
            "ok    disk         5GiB free where messages are kept",
            "ok    descriptors  1024 allowed, at most 276 needed",
            "ok    clock        2027-01-15T08:00:00Z",
        ]
    );
}

#[test]
fn whatever_a_machine_lacks_is_told_with_its_remedy() {
    let told = |change: fn(&mut State)| {
        let mut state = healthy();
        change(&mut state);
        complaint(state.findings())
    };
    for (line, begins, ends) in [
        (
            told(|state| state.room = Some(99 << 20)),
            "warn  disk         99MiB free",
            "can be accepted or sent",
        ),
        (
            told(|state| state.room = Some(1000)),
            "fail  disk         1000B free",
            "can be accepted or sent",
        ),
        (
            told(|state| state.contacts = 400),
            "warn  descriptors  1024 ",
            "of the service",
        ),
        (
            told(|state| state.now = 86_400),
            "fail  clock        is wrong: 1970-01-02",
            "carry its time",
        ),
        (
            told(|state| state.is_writable = false),
            "fail  state        /s: cannot be written",
            "XDG_STATE_HOME",
        ),
        (
            told(|state| {
                let what = "is damaged (so)".to_owned();
                state.store = Store::Broken {
                    what,
                    remedy: "restore a backup",
                };
            }),
            "fail  store        /s/state.db: is damaged (so)",
            "→ restore a backup",
        ),
    ] {
        assert!(line.starts_with(begins) && line.ends_with(ends), "{line}");
    }
    // None at all is many.
    let mut state = healthy();
    (state.descriptors, state.contacts) = (None, 1_000_000);
    assert_eq!(state.findings()[2].status, Status::Ok);
}

#[test]
fn every_attempt_but_a_success_has_a_remedy() {
    let ms = Duration::from_millis;
    let connected = |then| Attempt::Connected {
        after: ms(20),
        then,
    };
    for (attempt, status, text) in [
        (Attempt::Blocked, Status::Ok, "blocked"),
        (Attempt::Outside, Status::Warn, "in none of the networks"),
        (Attempt::Ourselves, Status::Fail, "our own address"),
        (Attempt::NoWay, Status::Warn, "no address in its network"),
        (
            Attempt::Linked {
                dialled_by_us: true,
            },
            Status::Ok,
            "which dialled",
        ),
        (
            Attempt::Linked {
                dialled_by_us: false,
            },
            Status::Ok,
            "dialled by them",
        ),
        (Attempt::Dialling, Status::Warn, "is dialling"),
        (Attempt::NotLinked, Status::Warn, "not connected"),
        (
            connected(Then::Handshake(ms(41))),
            Status::Ok,
            "connects in 20 ms, handshake after 41 ms",
        ),
        (
            connected(Then::Garbage),
            Status::Warn,
            "does not speak Enclave",
        ),
        (connected(Then::HungUp), Status::Warn, "hung up on"),
        (
            connected(Then::Silence),
            Status::Warn,
            "connects in 20 ms, and says nothing",
        ),
        (Attempt::Refused, Status::Warn, "nobody listens"),
        (Attempt::TimedOut, Status::Warn, "nothing answers"),
        (Attempt::Unreachable, Status::Warn, "no way"),
        (Attempt::Local, Status::Fail, "this machine"),
    ] {
        let finding = attempt.finding("John", "fc00::2".parse().unwrap());
        assert_eq!(finding.status, status, "{attempt:?}");
        assert_eq!(finding.subject, "John");
        assert!(finding.finding.contains(text), "{finding:?}");
        assert_eq!(
            finding.remedy.is_some(),
            status != Status::Ok,
            "{finding:?}"
        );
    }
}
