//! Whether contacts can be reached.

use std::time::Duration;

use super::super::contacts::Then;
use super::*;

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
