//! A TCP connection of the explored world: what one end puts in comes out at the other, in
//! order, when it is told to.

use std::collections::VecDeque;

use bytes::Bytes;

/// What is on its way to one end of a wire.
#[derive(Clone, Debug, Hash)]
pub(super) enum Item {
    Frame(Bytes),
    Fin,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum State {
    /// Connect or accept has not returned.
    Waiting,
    Open,
    Gone,
}

/// One end of a wire.
#[derive(Clone, Debug, Hash)]
pub(super) struct End {
    pub(super) state: State,
    pub(super) inbox: VecDeque<Item>,
    pub(super) fin_sent: bool,
    /// The messages that its node wrote to it.
    pub(super) said: Vec<String>,
    /// Bytes of frames from its node that have arrived at the other.
    pub(super) arrived: usize,
}

/// A TCP connection.
#[derive(Clone, Debug, Hash)]
pub(super) struct Wire {
    pub(super) dialler: usize,
    pub(super) ends: [End; 2],
    /// It has broken: nothing goes through any more, and both ends are to hear of it.
    pub(super) broken: bool,
    /// Something said on it was lost.
    pub(super) lossy: bool,
}

impl Wire {
    pub(super) fn new(dialler: usize) -> Self {
        let end = End {
            state: State::Waiting,
            inbox: VecDeque::new(),
            fin_sent: false,
            said: Vec::new(),
            arrived: 0,
        };
        Self {
            dialler,
            ends: [end.clone(), end],
            broken: false,
            lossy: false,
        }
    }

    /// Sends something to one end.
    pub(super) fn put(&mut self, to: usize, item: Item) {
        let is_frame = matches!(item, Item::Frame(_));
        if self.ends[to].state == State::Gone || (self.broken && is_frame) {
            self.lossy |= is_frame;
        } else {
            self.ends[to].inbox.push_back(item);
        }
    }

    /// Sends FIN from one end, once.
    pub(super) fn finish(&mut self, from: usize) {
        if !std::mem::replace(&mut self.ends[from].fin_sent, true) {
            self.put(1 - from, Item::Fin);
        }
    }

    /// An end is gone; what is still on its way to it is lost.
    pub(super) fn vanish(&mut self, end: usize) {
        self.ends[end].state = State::Gone;
        let mut lost = self.ends[end].inbox.drain(..);
        self.lossy |= lost.any(|item| matches!(item, Item::Frame(_)));
    }
}
