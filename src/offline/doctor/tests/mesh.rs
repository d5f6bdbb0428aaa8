//! Whether we are on a mesh.

use std::num::NonZeroU32;

use super::super::mesh::{Mesh, Program};
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
