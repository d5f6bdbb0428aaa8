//! Whom can we reach?

use std::time::Duration;

use super::finding::Finding;
use super::reach::milliseconds;
use crate::enclave::address::Address;

/// What became of one contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attempt {
    /// The person has blocked it.
    Blocked,
    /// It is in none of the networks that we believe.
    Outside,
    /// It is ourselves.
    Ourselves,
    /// We have no address in its network.
    NoWay,
    /// Our running gateway is connected with it.
    Linked { dialled_by_us: bool },
    /// Our running gateway is dialling it.
    Dialling,
    /// Our running gateway has no connection with it.
    NotLinked,
    /// Somebody listens there.
    Connected {
        /// How long it took to connect.
        after: Duration,
        then: Then,
    },
    /// The machine is there, and nobody listens.
    Refused,
    /// Nothing came back in time.
    TimedOut,
    /// The network says that there is no way.
    Unreachable,
    /// This machine does not let us.
    Local,
}

/// What came over a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    /// An Enclave packet, this long after it was made.
    Handshake(Duration),
    /// Something else.
    Garbage,
    /// Nothing; they closed it.
    HungUp,
    /// Nothing.
    Silence,
}

impl Attempt {
    pub fn finding(self, nick: &str, address: Address) -> Finding {
        let ok = |finding: String| Finding::ok("contact", nick, finding);
        let warn = |finding: &str, remedy: &str| Finding::warn("contact", nick, finding, remedy);
        let fail = |finding: &str, remedy: &str| Finding::fail("contact", nick, finding, remedy);
        let more = format!("more with: /msg enclave info {nick}");
        match self {
            Self::Blocked => ok("blocked, so not tried".to_owned()),
            Self::Outside => warn(
                &format!("{address} is in none of the networks we believe"),
                "add its network to networks in [enclave]",
            ),
            Self::Ourselves => fail(
                &format!("{address} is our own address"),
                "write the address that they gave you",
            ),
            Self::NoWay => warn(
                "we have no address in its network",
                "see what is said of the mesh above",
            ),
            Self::Linked { dialled_by_us } => ok(match dialled_by_us {
                true => "connected with our gateway, which dialled".to_owned(),
                false => "connected with our gateway, dialled by them".to_owned(),
            }),
            Self::Dialling => warn("not connected; the gateway is dialling", &more),
            Self::NotLinked => warn("not connected; the gateway tries again and again", &more),
            Self::Connected { after, then } => connected(nick, after, then),
            Self::Refused => warn(
                "their machine is there, and nobody listens on it",
                "ask them to start their node",
            ),
            Self::TimedOut => warn(
                "nothing answers",
                &format!("is their machine on? Try: ping {address}"),
            ),
            Self::Unreachable => warn(
                "the mesh knows no way there",
                "has your mesh node any peers? Is their machine on?",
            ),
            Self::Local => fail(
                "this machine does not let us connect",
                "see what is said of the mesh above; is there a firewall?",
            ),
        }
    }
}

fn connected(nick: &str, after: Duration, then: Then) -> Finding {
    let connects = format!("connects in {}", milliseconds(after));
    let warn = |what: &str, remedy: &str| {
        Finding::warn("contact", nick, format!("{connects}, {what}"), remedy)
    };
    match then {
        Then::Handshake(after) => {
            let after = milliseconds(after);
            Finding::ok(
                "contact",
                nick,
                format!("{connects}, handshake after {after}"),
            )
        }
        Then::Garbage => warn(
            "but does not speak Enclave",
            "is the address right? Is something else on their port?",
        ),
        Then::HungUp => warn(
            "and is hung up on",
            "they may have blocked or removed you: ask them",
        ),
        Then::Silence => warn(
            "and says nothing",
            "they may not have added you yet: ask them",
        ),
    }
}

/// Where a gateway runs and the system does not tell with whom it is connected.
pub(super) fn cannot_be_told() -> Finding {
    Finding::warn(
        "contact",
        "",
        "the gateway runs, and this system does not tell with whom it is connected",
        "ask it: /msg enclave contacts",
    )
}
