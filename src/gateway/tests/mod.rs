//! The gateway as a whole, with made-up clients, peers and time: events in, effects out.

mod allowance;
mod book;
mod calm;
mod clock;
mod conversation;
mod delivery;
mod dialogue;
mod extended_monitor;
mod forget;
mod found;
mod held;
mod history;
mod hostile;
mod in_flight;
mod keys;
mod limits;
mod lookup;
mod many;
mod markers;
mod monitor;
mod multiline;
mod nicks;
mod own_addresses;
mod own_presence;
mod pace;
mod playback;
mod pre_away;
mod presence;
mod repeats;
mod response;
mod room;
mod sender;
mod service;
mod stall;
mod strangers;
mod tags;
mod text;
mod unknown;
mod who;
mod world;

use std::net::SocketAddr;
use std::time::Duration;

use crate::book::{Book, Change, Contact};
use crate::clock::{Now, Timestamp};
use crate::enclave::ConnectionId;
use crate::enclave::address::Address;
use crate::enclave::order::Order;
use crate::irc::ClientId;
use crate::irc::codec::Line;
use crate::irc::listener::{Origin, Place};
use crate::irc::nick::Nick;

use super::effect::{Effect, Effects};
use super::event::Event;
use super::settings::{Detached, History, Settings};
use super::{ChangeId, Gateway};
use crate::store::Loaded;

use world::World;

/// Our own address, numerically between the contacts'.
const OWN: &str = "fc00::5";

/// A contact whose nick is `John`.
const JOHN: &str = "fc00::1";

/// A contact whose nick is `Mary`.
const MARY: &str = "fc00::9";

/// 2020-09-13T12:26:40Z.
const START: i64 = 1_600_000_000_000;

fn contact(name: &str, address: &str) -> Contact {
    Contact {
        name: name.to_owned(),
        address: address.parse().unwrap(),
        nick: Nick::new(name.split(' ').next().unwrap()).unwrap(),
        blocked: false,
    }
}

fn book() -> Book {
    Book {
        contacts: vec![contact("John Smith", JOHN), contact("Mary", MARY)],
        ..Book::default()
    }
}
