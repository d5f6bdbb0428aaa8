//! Who can reach us: the port of peers, the doors of clients.

use std::time::Duration;

use super::super::reach::{Door, Occupancy, Port, Process};
use super::*;

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
