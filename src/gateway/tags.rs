//! Client-only tags (IRCv3 `message-tags`): which of them go to contacts, and with what in
//! them.

use std::time::Duration;

use crate::enclave::address::Address;
use crate::irc::capability::Capability;
use crate::irc::request::Request;
use crate::irc::text;
use crate::store::Tags;

use super::Gateway;
use super::time::server_time;

/// The longest value that is carried, bytes. A reaction is a sign or a word, an id shorter.
const VALUE_LENGTH: usize = 512;

/// That someone writes, or no longer does. It passes: it is neither kept nor sent again.
const TYPING: &str = "typing";

/// The same signal of a contact is shown again after this long at the earliest. Clients send
/// it every three seconds (`typing`, "Format").
const SIGNAL_PAUSE: Duration = Duration::from_secs(1);

/// Signals of a contact that are shown within that time, different as they may be. What is
/// passed over after that is no loss: clients do not believe them for long.
const SIGNALS: u8 = 3;

/// What can be in a tag.
#[derive(Clone, Copy, Debug)]
enum Value {
    /// `active`, `paused` or `done`.
    Typing,
    /// The `msgid` of another message.
    MessageId,
    /// Words or signs, on one line.
    Text,
}

/// The tags that are carried, without the `+`; no other is.
const CARRIED: [(&str, Value); 5] = [
    ("draft/react", Value::Text),
    ("draft/reply", Value::MessageId),
    ("draft/unreact", Value::Text),
    ("reply", Value::MessageId),
    (TYPING, Value::Typing),
];

/// What a contact has shown lately that passes.
#[derive(Debug, Default)]
pub(super) struct Signals {
    /// When the first of them was.
    since: Duration,
    count: u8,
    last: Tags,
}

impl Value {
    fn can_be(self, value: &str) -> bool {
        match self {
            Self::Typing => matches!(value, "active" | "paused" | "done"),
            Self::MessageId => {
                !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_graphic())
            }
            Self::Text => !value.is_empty() && text::clean(value) == value,
        }
    }
}

fn is_carried(name: &str, value: &str) -> bool {
    let mut carried = CARRIED.iter();
    let known = carried.find(|(known, _)| *known == name);
    known.is_some_and(|(_, kind)| value.len() <= VALUE_LENGTH && kind.can_be(value))
}

/// The value of CLIENTTAGDENY in 005: all but these are blocked.
pub(super) fn denied() -> String {
    let carried = CARRIED.iter().map(|(name, _)| format!(",-{name}"));
    std::iter::once("*".to_owned()).chain(carried).collect()
}

/// Those of a client's tags that are carried.
pub(super) fn of_request(request: &Request<'_>) -> Tags {
    let tags = request.tags.iter().filter_map(|(key, value)| {
        let name = key.strip_prefix('+')?;
        is_carried(name, value).then(|| (name.to_owned(), value.to_string()))
    });
    // Of one sent more than once the last counts.
    tags.collect()
}

/// Those of a contact's tags that belong to a message for good.
pub(super) fn lasting_of_contact(mut tags: Tags) -> Tags {
    tags.retain(|name, value| name != TYPING && is_carried(name, value));
    tags
}

/// Those of a contact's tags that pass.
pub(super) fn passing_of_contact(mut tags: Tags) -> Tags {
    tags.retain(|name, value| name == TYPING && is_carried(name, value));
    tags
}

/// What a message that is nothing but tags says, for a list.
pub(super) fn in_words(tags: &Tags) -> String {
    if let Some(reaction) = tags.get("draft/react") {
        format!("reaction: {reaction}")
    } else if let Some(reaction) = tags.get("draft/unreact") {
        format!("reaction taken back: {reaction}")
    } else {
        "a message without text".to_owned()
    }
}

/// Takes out what passes; the rest is a message's for good.
pub(super) fn take_passing(tags: &mut Tags) -> Option<Tags> {
    tags.remove_entry(TYPING).map(|typing| Tags::from([typing]))
}

impl Gateway {
    /// A contact shows something that passes: to clients that see what happens as it does.
    pub(super) fn contact_signals(&mut self, peer: Address, tags: Tags) {
        let tags = passing_of_contact(tags);
        let Some(id) = self.roster.id_by_address(peer).filter(|_| !tags.is_empty()) else {
            return;
        };
        let now = self.now.monotonic;
        let signals = &mut self.correspondence(id).signals;
        if signals.count == 0 || signals.since + SIGNAL_PAUSE <= now {
            *signals = Signals {
                since: now,
                ..Signals::default()
            };
        } else if signals.last == tags || signals.count == SIGNALS {
            return;
        }
        signals.count += 1;
        signals.last.clone_from(&tags);
        let Some(contact) = self.roster.get(id) else {
            return;
        };
        let (speaker, time) = (contact.speaker(), server_time(self.now.wall));
        for (client, session) in &self.sessions {
            let is_level = session.attached() && !session.progress.behind;
            if is_level && session.has(Capability::MessageTags) {
                let line = speaker.says("TAGMSG", &[session.target()], &time);
                let line = tags.iter().fold(line, |line, (name, value)| {
                    line.tag(format!("+{name}"), Some(value))
                });
                let capabilities = session.capabilities;
                self.effects
                    .to_client(*client, |out| line.write(capabilities, out));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Tags {
        of_request(&Request::parse(line).unwrap())
    }

    fn tags(list: &[(&str, &str)]) -> Tags {
        let list = list.iter();
        list.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn only_client_only_tags_that_are_carried_are_taken() {
        let line =
            "@label=1;+typing=active;+draft/react=a\\sb;typing=x;+other=1;+reply=id TAGMSG a";
        let expected = [
            ("draft/react", "a b"),
            ("reply", "id"),
            ("typing", "active"),
        ];
        assert_eq!(of(line), tags(&expected));
    }

    #[test]
    fn a_value_that_cannot_be_is_not_taken() {
        let long = format!("@+draft/react={} TAGMSG a", "x".repeat(VALUE_LENGTH + 1));
        for line in [
            "@+typing=maybe TAGMSG a",
            "@+typing TAGMSG a",
            "@+draft/react= TAGMSG a",
            "@+draft/react=a\\nb TAGMSG a",
            "@+draft/reply=a\\sb TAGMSG a",
            &long,
        ] {
            assert_eq!(of(line), Tags::new(), "{line}");
        }
    }

    #[test]
    fn what_passes_is_no_part_of_a_message() {
        let mut both = tags(&[("typing", "done"), ("reply", "id")]);
        assert_eq!(take_passing(&mut both), Some(tags(&[("typing", "done")])));
        assert_eq!(both, tags(&[("reply", "id")]));
        assert_eq!(take_passing(&mut both), None);
    }

    #[test]
    fn all_that_is_carried_is_exempt_from_denial() {
        assert_eq!(
            denied(),
            "*,-draft/react,-draft/reply,-draft/unreact,-reply,-typing"
        );
    }
}
