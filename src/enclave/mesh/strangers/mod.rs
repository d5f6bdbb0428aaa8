//! Those who are not in the address book. An unknown address gets nothing from us, no
//! handshake either, so it does not learn whether anybody is there, until the person has
//! accepted it. What it says is held.
//!
//! Everything here is counted by the owner of an address: whoever owns a whole network
//! must not get a place for each address in it.

#[cfg(any(test, fuzzing))]
mod census;
mod request;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::clock::Now;
use crate::enclave::ConnectionId;
use crate::enclave::address::Address;
use crate::enclave::link::Connection;
use crate::enclave::news::{HeldWords, News, StrangerNews};
use crate::enclave::order::{Order, Outcome};
use crate::enclave::packet::{Packet, Status};

pub use request::Request;

/// Requests that wait at a time: more than a person wants to read.
const REQUESTS_MAX: usize = 32;

/// The largest frame taken from a stranger, bytes.
pub(super) const STRANGER_FRAME_MAX: usize = 64 * 1024;

/// All requests.
#[derive(Clone, Debug, Default, Hash)]
pub(super) struct Strangers {
    /// By the owner of the address.
    waiting: BTreeMap<Address, Request>,
    /// The number given last, in this run of the program or an earlier one.
    numbers: u32,
    /// The person was told that there is no place left, and has made none since.
    told_full: bool,
}

/// What becomes of a caller.
#[derive(Debug, Default)]
pub(super) struct Admission {
    /// It is taken in, as a request.
    pub(super) taken: bool,
    /// A connection to be aborted: of one that made room, or the caller's own.
    pub(super) given_up: Option<ConnectionId>,
}

/// What is to be done after a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// Nothing.
    Held,
    /// Stop reading.
    Full,
    /// The stranger said goodbye: close the connection.
    Left,
}

impl Strangers {
    /// A stranger has connected. One connection each: a second takes the place of the
    /// first. Where all places are taken, one who has said nothing makes room; where all have
    /// said something, the person is told that somebody was turned away.
    pub(super) fn admit(
        &mut self,
        arrival: Connection,
        address: Address,
        now: Now,
        out: &mut Outcome,
    ) -> Admission {
        let refused = Admission {
            taken: false,
            given_up: Some(arrival.id),
        };
        let owner = address.owner();
        let connection = arrival.id;
        let mut given_up = None;
        let mut full = false;
        match self.waiting.get_mut(&owner) {
            Some(request) if request.address() == address => {
                given_up = request.reconnect(arrival);
                full = request.is_full();
            }
            // Its neighbour's words must not become its own, nor the other way round.
            Some(request) if !request.may_be_evicted() => return refused,
            neighbour => {
                let evicted = if neighbour.is_some() {
                    Some(owner)
                } else if self.waiting.len() < REQUESTS_MAX {
                    None
                } else if let Some(owner) = self.first_to_go() {
                    Some(owner)
                } else {
                    if !std::mem::replace(&mut self.told_full, true) {
                        out.tell(News::Stranger(StrangerNews::NoPlace { address }));
                    }
                    return refused;
                };
                if let Some(request) = evicted.and_then(|owner| self.remove(owner, out)) {
                    given_up = request.connection_id();
                }
                let request = Request::new(address, arrival, now);
                self.waiting.insert(owner, request);
            }
        }
        if !full {
            out.order(Order::Read {
                connection,
                max_frame: STRANGER_FRAME_MAX,
            });
        }
        Admission {
            taken: true,
            given_up,
        }
    }

    /// The longest waiting of those that may be evicted. First those that are gone: they are
    /// kept only where the person has seen them, and that must not show in who is closed.
    fn first_to_go(&self) -> Option<Address> {
        self.waiting
            .iter()
            .filter(|(_, request)| request.may_be_evicted())
            .min_by_key(|(_, request)| (request.is_connected(), request.arrived()))
            .map(|(&owner, _)| owner)
    }

    /// A frame has come: the packet it held, if it held one, and its length in bytes.
    pub(super) fn hear(
        &mut self,
        owner: Address,
        packet: Option<&Packet>,
        length: usize,
        now: Now,
        out: &mut Outcome,
    ) -> Heard {
        let Some(request) = self.waiting.get_mut(&owner) else {
            return Heard::Held;
        };
        let words = request.hold(packet, length, now).cloned();
        let is_new = words.is_some();
        keep(request, words, out);
        if let Some(words) = packet.and_then(|packet| packet.message.clone())
            && is_new
        {
            match request.number() {
                None => prompt(request, &mut self.numbers, out),
                Some(_) if request.said_more() => {}
                Some(number) => {
                    request.tell_more();
                    keep(request, None, out);
                    out.tell(News::Stranger(StrangerNews::SaidMore {
                        number,
                        address: request.address(),
                        words,
                    }));
                }
            }
        }
        if packet.is_some_and(|packet| packet.status == Some(Status::Offline)) {
            Heard::Left
        } else if request.take_full() {
            Heard::Full
        } else {
            Heard::Held
        }
    }

    /// A connection is over; a request that has said nothing goes with it.
    pub(super) fn left(&mut self, owner: Address, connection: ConnectionId, out: &mut Outcome) {
        let Some(request) = self.waiting.get_mut(&owner) else {
            return;
        };
        if request.connection_id() != Some(connection) {
            return;
        }
        request.connection = None;
        if !request.outlives_connection() {
            self.remove(owner, out);
        }
    }

    /// Gives up all connections; they come back to be aborted.
    pub(super) fn disconnect_all(&mut self, out: &mut Outcome) -> Vec<ConnectionId> {
        let open: Vec<(Address, ConnectionId)> = self
            .waiting
            .iter()
            .filter_map(|(&owner, request)| Some((owner, request.connection_id()?)))
            .collect();
        for &(owner, connection) in &open {
            self.left(owner, connection, out);
        }
        open.into_iter().map(|(_, connection)| connection).collect()
    }

    /// Does what is due: asks the person, and gives up those who send nothing. Their
    /// connections come back to be closed.
    pub(super) fn tick(&mut self, now: Duration, out: &mut Outcome) -> Vec<ConnectionId> {
        let mut silent = Vec::new();
        // A look at each: there are few.
        for (&owner, request) in &mut self.waiting {
            if request.is_prompt_due(now) {
                prompt(request, &mut self.numbers, out);
            }
            if request.is_too_silent(now)
                && let Some(connection) = request.connection_id()
            {
                silent.push((owner, connection));
            }
        }
        for &(owner, connection) in &silent {
            self.left(owner, connection, out);
        }
        silent
            .into_iter()
            .map(|(_, connection)| connection)
            .collect()
    }

    /// When [`tick`](Self::tick) has something to do.
    pub(super) fn deadline(&self) -> Option<Duration> {
        self.waiting.values().filter_map(Request::deadline).min()
    }

    /// The request of exactly this address, which is a stranger no more.
    /// That it is remembered no more is left to the caller to tell, once its words are safe
    /// elsewhere.
    pub(super) fn take(&mut self, address: Address) -> Option<Request> {
        let owner = address.owner();
        let request = self.waiting.get(&owner)?;
        if request.address() != address {
            return None;
        }
        self.told_full = false;
        self.waiting.remove(&owner)
    }

    /// Numbers up to this one were given in earlier runs of the program: what the person has
    /// read of one of them must not come to mean another.
    pub(super) fn numbers_given(&mut self, through: u32) {
        self.numbers = self.numbers.max(through);
    }

    /// A request is there again that was kept over a restart.
    pub(super) fn restore(&mut self, request: Request) {
        let number = request.number().unwrap_or_default();
        self.numbers = self.numbers.max(number);
        self.waiting.insert(request.address().owner(), request);
    }

    /// The person has seen the prompt.
    pub(super) fn shown(&mut self, address: Address, out: &mut Outcome) {
        if let Some(request) = self.waiting.get_mut(&address.owner())
            && request.address() == address
            && request.show()
        {
            keep(request, None, out);
        }
    }

    /// Those the person is to be asked about, by number.
    pub(super) fn requests(&self) -> impl Iterator<Item = &Request> {
        let known = self.waiting.values();
        let mut known: Vec<&Request> = known.filter(|request| request.number().is_some()).collect();
        known.sort_unstable_by_key(|request| request.number());
        known.into_iter()
    }

    /// The request of this owner, which is no more; the person need not be asked about it.
    pub(super) fn remove(&mut self, owner: Address, out: &mut Outcome) -> Option<Request> {
        let request = self.waiting.remove(&owner)?;
        self.told_full &= request.may_be_evicted();
        out.news.extend(request.dropped());
        if let Some(number) = request.number() {
            out.tell(News::Stranger(StrangerNews::Gone {
                number,
                address: request.address(),
            }));
        }
        Some(request)
    }
}

/// Has what is new of a request remembered over restarts, if it is one that outlives its
/// connection.
fn keep(request: &mut Request, words: Option<HeldWords>, out: &mut Outcome) {
    if let Some(state) = request.keep() {
        out.tell(News::Stranger(StrangerNews::Kept(Box::new(state))));
    }
    if let Some(words) = words {
        let address = request.address();
        out.tell(News::Stranger(StrangerNews::Held { address, words }));
    }
}

fn prompt(request: &mut Request, numbers: &mut u32, out: &mut Outcome) {
    *numbers = numbers.saturating_add(1);
    request.prompt(*numbers);
    keep(request, None, out);
    out.tell(News::Stranger(StrangerNews::Request {
        number: *numbers,
        address: request.address(),
        alias: request.alias().map(str::to_owned),
        words: request.words().map(str::to_owned),
    }));
}
