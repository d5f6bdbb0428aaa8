//! Answers that are true only once something is durable: "deleted", "taken back".

use crate::irc::ClientId;

use super::super::Gateway;
use super::super::ledger::Waiting;
use super::super::response::Later;
use super::{Asked, Place};

/// An answer that waits until what it says is durable.
#[derive(Debug)]
pub(in super::super) struct DoneAnswer {
    pub(in super::super) client: ClientId,
    place: Place,
    /// What to answer when it is done.
    done: String,
    /// What to say of it meanwhile, where the disk does not do it; the reason follows.
    not_yet: String,
    later: Later,
}

/// So many of a client's commands may wait until what they did is durable: more than anybody
/// pastes, since all that is pasted may come before the disk has done the first.
pub(in super::super) const UNFINISHED: usize = 256;

/// Counts a command whose answer has to wait until what it did is durable; says so where too
/// many of a client's wait already.
pub(super) fn may_wait(gateway: &mut Gateway, asked: &Asked<'_>) -> Result<(), String> {
    let session = gateway.sessions.get_mut(&asked.client);
    let Some(session) = session.filter(|session| session.unfinished < UNFINISHED) else {
        return Err(format!(
            "Nothing was done: {UNFINISHED} of your commands wait for the disk already; ask again \
             when they are answered."
        ));
    };
    session.unfinished += 1;
    Ok(())
}

impl Gateway {
    /// Once all that was written so far is durable, a client that [may wait](may_wait) is
    /// answered that this is done.
    pub(super) fn answer_when_durable(&mut self, asked: &Asked<'_>, done: String, not_yet: String) {
        let answer = DoneAnswer {
            client: asked.client,
            place: asked.place,
            done,
            not_yet,
            later: self.later(),
        };
        let waiting = Waiting::Done(Box::new(answer));
        self.ledger.waiting.push_back((self.ledger.writes, waiting));
    }

    /// It is durable.
    pub(in super::super) fn is_done(&mut self, answer: DoneAnswer) {
        if let Some(session) = self.sessions.get_mut(&answer.client) {
            session.unfinished -= 1;
        }
        self.resume(answer.later, |gateway| {
            gateway.answer(answer.client, answer.place, &answer.done);
        });
    }

    /// The disk does not do what it was asked to: whoever waits for that is told why.
    pub(in super::super) fn say_what_is_not_done(&mut self) {
        let Some(why) = self.why_unstorable() else {
            return;
        };
        let waiting = self.ledger.waiting.iter();
        let told = waiting.filter_map(|(_, waiting)| match waiting {
            Waiting::Done(answer) => Some((answer.client, answer.not_yet.clone())),
            _ => None,
        });
        for (client, not_yet) in told.collect::<Vec<_>>() {
            self.service_notice(client, &format!("{not_yet}: {why}. {WHEN}"));
        }
    }

    /// A client is gone, and nobody waits for its answers.
    pub(in super::super) fn forget_answers(&mut self, client: ClientId) {
        self.responses.forget(client);
        let is_its =
            |waiting: &Waiting| matches!(waiting, Waiting::Done(answer) if answer.client == client);
        self.ledger.waiting.retain(|(_, waiting)| !is_its(waiting));
    }
}

/// When what was not done will be.
const WHEN: &str = "It is done as soon as the disk lets it be, and you are told.";
