//! What peers say, on its way to the driver: in two lanes, so that no message waits while
//! thousands tell at once that they are away now.
//!
//! What one peer says stays in its order: while something of it is in one lane, all else that
//! it says follows there.
//!
//! While a client or the disk is behind with what peers have said, those that say much are
//! held up at a gate, and nobody waits for them who says little.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use bytes::BytesMut;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use crate::enclave::ConnectionId;
use crate::enclave::packet;
use crate::gateway::event::Event;

use super::gate::{Gate, Said};
use super::input::{Input, WAITING, ended};

/// What one connection may have in the lanes, bytes; a longer frame goes alone. The lanes are
/// everybody's: one that says the longest there is, and again at once, must not have dozens of
/// them stand before what the others say.
const SHARE: usize = 64 * 1024;

/// How much one connection has in a lane.
type Waiting = Rc<Cell<usize>>;

/// Counts for one connection as long as it is held.
struct Place(Waiting);

impl Place {
    fn take(waiting: &Waiting) -> Self {
        waiting.set(waiting.get() + 1);
        Self(Rc::clone(waiting))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

/// What is taken of a connection's share as long as it is held; nothing for what has no length.
type Share = Option<OwnedSemaphorePermit>;

/// What is in a lane.
type InLane = (Input, Share, Place);

/// Where connections put what they hear.
#[derive(Clone)]
pub struct Hearing {
    quick: mpsc::Sender<InLane>,
    slow: mpsc::Sender<InLane>,
    gate: Rc<Gate>,
}

impl Hearing {
    /// The two lanes, and their end.
    pub fn new() -> (Self, Heard) {
        let (quick, from_quick) = mpsc::channel(WAITING);
        let (slow, from_slow) = mpsc::channel(WAITING);
        let gate = Rc::new(Gate::default());
        let heard = Heard {
            quick: from_quick,
            slow: from_slow,
            gate: Rc::clone(&gate),
            is_slows_turn: false,
        };
        (Self { quick, slow, gate }, heard)
    }

    /// For one connection.
    pub fn of_one(&self) -> HearingOfOne {
        HearingOfOne {
            lanes: self.clone(),
            in_quick: Waiting::default(),
            in_slow: Waiting::default(),
            said: Said::default(),
            share: Arc::new(Semaphore::new(SHARE)),
        }
    }
}

/// Where one connection puts what it hears.
pub struct HearingOfOne {
    lanes: Hearing,
    in_quick: Waiting,
    in_slow: Waiting,
    said: Said,
    share: Arc<Semaphore>,
}

impl HearingOfOne {
    /// A frame has come.
    pub async fn frame(&self, connection: ConnectionId, frame: BytesMut) {
        self.lanes.gate.pass(&self.said, frame.len()).await;
        let may_wait = packet::may_wait(&frame);
        let bytes = u32::try_from(frame.len().min(SHARE)).unwrap_or(u32::MAX);
        // It is never closed.
        let share = Arc::clone(&self.share).acquire_many_owned(bytes).await;
        let event = Event::Frame { connection, frame };
        self.put(Input::Event(event), share.ok(), may_wait).await;
    }

    /// Something else has happened to it.
    pub async fn event(&self, event: Event) {
        self.put(Input::Event(event), None, false).await;
    }

    /// It is over; returns once the driver has dealt with it.
    pub async fn end(&self, event: Event) {
        let (input, done) = ended(event);
        self.put(input, None, false).await;
        // Fails if the driver has gone, and then there is nothing to wait for.
        let _ = done.await;
    }

    async fn put(&self, input: Input, share: Share, may_wait: bool) {
        // The lanes take turns, so either would be overtaken by the other.
        let goes_slowly = self.in_slow.get() > 0 || (may_wait && self.in_quick.get() == 0);
        let (lane, waiting) = if goes_slowly {
            (&self.lanes.slow, &self.in_slow)
        } else {
            (&self.lanes.quick, &self.in_quick)
        };
        // Where the driver has gone, so will the task that says this.
        let _ = lane.send((input, share, Place::take(waiting))).await;
    }
}

/// The end of both lanes.
pub struct Heard {
    quick: mpsc::Receiver<InLane>,
    slow: mpsc::Receiver<InLane>,
    gate: Rc<Gate>,
    /// The lanes take turns, so that one who never stops talking silences nobody.
    is_slows_turn: bool,
}

impl Heard {
    /// Holds up those that say much, or no longer.
    pub fn hold_up(&self, hold_up: bool) {
        self.gate.set_shut(hold_up);
    }

    /// The next input. What it came with is to be handled before the next one is asked for.
    /// May be dropped and called again.
    pub async fn recv(&mut self) -> Option<Input> {
        let (input, was_slow) = if self.is_slows_turn {
            tokio::select! {
                biased;
                Some((input, ..)) = self.slow.recv() => (input, true),
                Some((input, ..)) = self.quick.recv() => (input, false),
                else => return None,
            }
        } else {
            tokio::select! {
                biased;
                Some((input, ..)) = self.quick.recv() => (input, false),
                Some((input, ..)) = self.slow.recv() => (input, true),
                else => return None,
            }
        };
        self.is_slows_turn = !was_slow;
        Some(input)
    }

    /// The next input, if there is one already.
    pub fn try_recv(&mut self) -> Option<Input> {
        let slow = |heard: &mut Self| Some((heard.slow.try_recv().ok()?.0, true));
        let quick = |heard: &mut Self| Some((heard.quick.try_recv().ok()?.0, false));
        let (input, was_slow) = if self.is_slows_turn {
            slow(self).or_else(|| quick(self))
        } else {
            quick(self).or_else(|| slow(self))
        }?;
        self.is_slows_turn = !was_slow;
        Some(input)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::daemon::gate::ALLOWANCE;
    use std::time::Duration;

    const AWAY: &[u8] = br#"{"status":2,"status-message":"lunch"}"#;
    const HELLO: &[u8] = br#"{"message":"hello"}"#;

    fn whose(input: Option<Input>) -> (u64, bool) {
        match input {
            Some(Input::Event(Event::Frame { connection, frame })) => {
                (connection.0, !packet::may_wait(&frame))
            }
            Some(Input::Ended { .. }) => (0, false),
            _ => panic!("something else"),
        }
    }

    #[tokio::test]
    async fn while_somebody_is_behind_those_wait_who_say_much() {
        let (hearing, mut heard) = Hearing::new();
        let (loud, quiet) = (hearing.of_one(), hearing.of_one());
        let half = || BytesMut::from(vec![b'x'; ALLOWANCE / 2].as_slice());
        heard.hold_up(true);
        for _ in 0..2 {
            loud.frame(ConnectionId(1), half()).await;
        }
        let mut more = std::pin::pin!(loud.frame(ConnectionId(1), half()));
        let moment = Duration::from_millis(10);
        let waits = tokio::time::timeout(moment, more.as_mut()).await;
        assert!(waits.is_err(), "it has said enough");
        quiet.frame(ConnectionId(2), HELLO.into()).await;
        for number in [1, 1, 2] {
            assert_eq!(whose(heard.try_recv()).0, number);
        }
        assert!(heard.try_recv().is_none());
        heard.hold_up(false);
        more.await;
        assert_eq!(whose(heard.try_recv()).0, 1);
    }

    #[tokio::test]
    async fn a_message_waits_for_no_storm_and_its_writer_stays_in_order() {
        let (hearing, mut heard) = Hearing::new();
        let (one, other) = (hearing.of_one(), hearing.of_one());
        for connection in 10..20 {
            let many = hearing.of_one();
            many.frame(ConnectionId(connection), AWAY.into()).await;
        }
        one.frame(ConnectionId(1), AWAY.into()).await;
        one.frame(ConnectionId(1), HELLO.into()).await;
        other.frame(ConnectionId(2), HELLO.into()).await;
        assert_eq!(whose(heard.recv().await), (2, true));
        let mut rest = Vec::new();
        while let Some(input) = heard.try_recv() {
            rest.push(whose(Some(input)));
        }
        let storm = (10..20).map(|connection| (connection, false));
        let expected: Vec<_> = storm.chain([(1, false), (1, true)]).collect();
        assert_eq!(rest, expected);
        // What it had in the slow lane has been heard, so it is quick again.
        hearing.of_one().frame(ConnectionId(3), AWAY.into()).await;
        one.frame(ConnectionId(1), HELLO.into()).await;
        assert_eq!(whose(heard.recv().await), (1, true));
        assert_eq!(whose(heard.recv().await), (3, false));
    }

    /// Found by the soak: the lanes took turns, and 33 messages were shown behind the next one.
    #[tokio::test]
    async fn what_is_said_behind_a_status_overtakes_nothing() {
        let (hearing, mut heard) = Hearing::new();
        let one = hearing.of_one();
        let said = [HELLO, HELLO, HELLO, AWAY, HELLO];
        for frame in said {
            one.frame(ConnectionId(1), frame.into()).await;
        }
        for frame in said {
            assert_eq!(whose(heard.try_recv()), (1, frame == HELLO));
        }
    }

    #[tokio::test]
    async fn who_never_stops_talking_silences_nobody() {
        let (hearing, mut heard) = Hearing::new();
        let (one, other) = (hearing.of_one(), hearing.of_one());
        for _ in 0..10 {
            one.frame(ConnectionId(1), HELLO.into()).await;
        }
        other.frame(ConnectionId(2), AWAY.into()).await;
        assert_eq!(whose(heard.try_recv()), (1, true));
        assert_eq!(whose(heard.try_recv()), (2, false));
        assert_eq!(whose(heard.try_recv()), (1, true));
    }

    #[tokio::test]
    async fn one_who_says_the_longest_there_is_leaves_room_for_others() {
        let (hearing, mut heard) = Hearing::new();
        let (one, other) = (hearing.of_one(), hearing.of_one());
        let long = vec![b' '; 1024 * 1024];
        let flood = async {
            for _ in 0..10 {
                one.frame(ConnectionId(1), long.as_slice().into()).await;
            }
        };
        let mut flood = Box::pin(flood);
        let waits = tokio::time::timeout(std::time::Duration::ZERO, &mut flood).await;
        assert!(waits.is_err());
        other.frame(ConnectionId(2), HELLO.into()).await;
        assert_eq!(whose(heard.try_recv()).0, 1);
        assert_eq!(whose(heard.try_recv()).0, 2);
        // Many that are short go together.
        for _ in 0..WAITING {
            other.frame(ConnectionId(2), HELLO.into()).await;
        }
    }

    #[tokio::test]
    async fn an_end_comes_behind_all_that_was_said() {
        let (hearing, mut heard) = Hearing::new();
        let one = hearing.of_one();
        one.frame(ConnectionId(1), AWAY.into()).await;
        let connection = ConnectionId(1);
        let end = one.end(Event::LinkEnded { connection });
        let listen = async {
            assert_eq!(whose(heard.recv().await), (1, false));
            match heard.recv().await {
                Some(Input::Ended { dealt_with, .. }) => _ = dealt_with.send(()),
                _ => panic!("no end"),
            }
        };
        tokio::join!(end, listen);
    }
}
