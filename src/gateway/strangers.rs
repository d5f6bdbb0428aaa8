//! Who asks to be let in: the prompts, and when they are shown.
//!
//! The mesh keeps the requests; here is only what of them the person has yet to be told.
//! All that a stranger says of itself stands quoted on one line, behind its address, which
//! is the only thing about it that is certain.

use std::collections::VecDeque;
use std::time::Duration;

use crate::columns;
use crate::enclave::address::Address;
use crate::enclave::news::StrangerNews;
use crate::irc::ClientId;
use crate::irc::text::{cut, quote_for_display};
use crate::store::Write;

use super::Gateway;
use super::remembered::REQUEST_NUMBER;
use super::session::Session;

/// Prompts shown within [`PERIOD`] before they are drawn together into one line.
pub(super) const PROMPTS_IN_A_PERIOD: usize = 5;

/// See [`PROMPTS_IN_A_PERIOD`].
const PERIOD: Duration = Duration::from_secs(60);

/// Columns of a stranger's text in a prompt.
const COLUMNS: usize = 80;

/// Columns of a stranger's name in a prompt; more is no name.
const NAME_COLUMNS: usize = 40;

/// Bytes of both: the columns of any script that people write, and little enough for the
/// whole prompt to stay on one line. Were it cut, the rest of a stranger's words would begin
/// a line of ours.
const BYTES: usize = 190;
const NAME_BYTES: usize = 95;

/// A prompt up to this long is told with what can be done on the same line, bytes.
const SHORT: usize = 250;

/// A stranger's text between quotation marks that it cannot close itself: on one line,
/// cut at so many columns and bytes.
pub(super) fn quoted(text: &str, columns: usize, bytes: usize) -> String {
    let text = quote_for_display(text, columns).replace('"', "'");
    let mut shown = columns::cut(text.trim(), columns);
    if shown.len() > bytes {
        shown = format!("{}…", cut(&shown, bytes - "…".len()));
    }
    format!("\"{shown}\"")
}

/// What the person has yet to be told of strangers.
#[derive(Debug, Default)]
pub(super) struct Prompts {
    /// Requests nobody has been shown, oldest first.
    pub(super) unseen: VecDeque<Address>,
    /// When the latest prompts were shown, on the monotonic clock.
    pub(super) shown_at: VecDeque<Duration>,
}

impl Prompts {
    /// When those that had to wait are drawn together.
    pub fn deadline(&self) -> Option<Duration> {
        if self.unseen.is_empty() || self.shown_at.len() < PROMPTS_IN_A_PERIOD {
            return None;
        }
        self.shown_at.front().map(|first| *first + PERIOD)
    }

    pub fn forget(&mut self, address: Address) {
        self.unseen.retain(|unseen| *unseen != address);
    }

    /// Whether one more prompt may be shown now; counts it if so.
    fn may_show(&mut self, now: Duration) -> bool {
        while self
            .shown_at
            .front()
            .is_some_and(|first| *first + PERIOD <= now)
        {
            self.shown_at.pop_front();
        }
        let room = self.shown_at.len() < PROMPTS_IN_A_PERIOD;
        if room {
            self.shown_at.push_back(now);
        }
        room
    }
}

impl Gateway {
    pub(super) fn stranger_news(&mut self, news: StrangerNews) {
        match news {
            StrangerNews::NoPlace { address } => self.notice_everyone(&format!(
                "As many strangers wait as there are places for, so {address} was turned away, \
                 and so is everybody else that you do not know until you answer some of them: \
                 requests, reject N, reject all. Whom you expect you can let in all the same: \
                 add ADDRESS NAME"
            )),
            StrangerNews::Request {
                address, number, ..
            } => {
                self.store(Write::Setting(REQUEST_NUMBER, number.to_string()));
                self.prompts.unseen.push_back(address);
                if !self.attached().is_empty() && self.prompts.may_show(self.now.monotonic) {
                    self.prompts.forget(address);
                    let text = self.prompt(address);
                    self.tell_prompt(&text);
                    self.mesh(|mesh, _, out| mesh.shown(address, out));
                }
            }
            StrangerNews::SaidMore {
                number,
                address,
                words,
            } => {
                if !self.prompts.unseen.contains(&address) && !self.attached().is_empty() {
                    let words = quoted(&words, COLUMNS, BYTES);
                    self.tell_prompt(&format!("{address} (request {number}) adds: {words}"));
                }
            }
            StrangerNews::Kept(state) => self.keep_request(*state),
            StrangerNews::Held { address, words } => self.keep_words(address, words),
            StrangerNews::Dropped { address } => {
                self.store(Write::RemoveRequest(address.to_string()));
            }
            StrangerNews::Gone { address, .. } => self.prompts.forget(address),
        }
    }

    /// When prompts that had to wait are drawn together; never while nobody is there to
    /// read them, for those wait for the next attach and no longer for the time.
    pub(super) fn prompt_deadline(&self) -> Option<Duration> {
        let somebody = self.sessions.values().any(Session::attached);
        self.prompts.deadline().filter(|_| somebody)
    }

    /// At a deadline: what had to wait becomes one line.
    pub(super) fn prompt_due(&mut self) {
        let due = self.prompt_deadline();
        if due.is_some_and(|at| at <= self.now.monotonic) {
            let text = self.drawn_together();
            self.prompts.shown_at.clear();
            self.prompts.shown_at.push_back(self.now.monotonic);
            self.tell_prompt(&text);
        }
    }

    /// The requests that came while nobody was attached, shown to the one who comes.
    pub(super) fn prompt_at_attach(&mut self, client: ClientId) {
        let unseen = std::mem::take(&mut self.prompts.unseen);
        let single = unseen.len().min(PROMPTS_IN_A_PERIOD);
        for address in unseen.iter().take(single) {
            let text = self.prompt(*address);
            self.service_message(client, &text);
            self.mesh(|mesh, _, out| mesh.shown(*address, out));
        }
        self.prompts.unseen = unseen.into_iter().skip(single).collect();
        if single == 0 {
            let waiting = self.mesh.requests().count();
            if waiting > 0 {
                let text = format!("{waiting} strangers wait to be let in: /msg enclave requests");
                self.service_notice(client, &text);
            }
        }
        if !self.prompts.unseen.is_empty() {
            let text = self.drawn_together();
            self.service_message(client, &text);
        }
    }

    fn drawn_together(&mut self) -> String {
        let unseen = std::mem::take(&mut self.prompts.unseen);
        format!(
            "{} more want to talk to you: /msg enclave requests",
            unseen.len()
        )
    }

    fn tell_prompt(&mut self, text: &str) {
        for client in self.attached() {
            self.service_message(client, text);
        }
    }

    /// One line about a request: the address first, then what it says of itself.
    fn prompt(&self, address: Address) -> String {
        let request = self
            .mesh
            .requests()
            .find(|request| request.address() == address);
        let Some(request) = request else {
            return format!("{address} wanted to talk to you and is gone again.");
        };
        let described = self.describe_request(address);
        let number = request.number().unwrap_or_default();
        let end = if described.len() > SHORT { "\n" } else { ". " };
        format!(
            "{described}{end}To let them in: /msg enclave accept {number} NAME · or: /msg \
             enclave reject {number} · /msg enclave block {number}"
        )
    }

    /// A request's address, then its name for itself and its first words, quoted.
    pub(super) fn describe_request(&self, address: Address) -> String {
        let mut text = format!("{address} wants to talk to you");
        if let Some(request) = self
            .mesh
            .requests()
            .find(|request| request.address() == address)
        {
            if let Some(alias) = request.alias() {
                let alias = quoted(alias, NAME_COLUMNS, NAME_BYTES);
                text.push_str(&format!(", calls itself {alias}"));
            }
            if let Some(words) = request.words() {
                let words = quoted(words, COLUMNS, BYTES);
                text.push_str(&format!(", says: {words}"));
            }
        }
        text
    }
}
