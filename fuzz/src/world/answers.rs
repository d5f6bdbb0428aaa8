//! What the made-up store answers: as the real one would, without its speed.

use std::collections::BTreeMap;

use enclave_irc::clock::Timestamp;
use enclave_irc::store::{
    Answer, Ask, Conversation, Known, Message, Missed, Reference, Search, Selection,
};

use super::store::Rows;

/// Answers a question.
pub fn answer(rows: &Rows, ask: &Ask) -> Answer {
    match ask {
        Ask::Known { contact, id, text } => Answer::Known(known(rows, *contact, id, text)),
        Ask::Backlog {
            after,
            through,
            client,
            each,
            bytes,
        } => {
            let missed = missed(rows, (*after, *through), client, true);
            let share = bytes / missed.len().max(1);
            let conversations = missed.into_iter().map(|one| {
                let all = readable(rows).filter(|message| {
                    message.contact == one.contact && is_missed(message, (*after, *through), client)
                });
                let messages = newest(all, *each, share);
                Conversation {
                    contact: one.contact,
                    more: one.count - messages.len() as u64,
                    messages,
                }
            });
            Answer::Backlog(conversations.collect())
        }
        Ask::Next {
            after,
            through,
            client,
            most,
            bytes,
        } => {
            let all = readable(rows).filter(|one| is_missed(one, (*after, *through), client));
            let count = all.clone().count();
            let messages = oldest(all, *most, *bytes);
            let through = match messages.last() {
                Some(last) if messages.len() < count => last.seq,
                _ => *through,
            };
            Answer::Next { messages, through }
        }
        Ask::Log {
            contact,
            most,
            bytes,
        } => {
            let all = readable(rows);
            let all = all.filter(|one| contact.is_none_or(|contact| one.contact == contact));
            Answer::Log(newest(all, *most, *bytes))
        }
        Ask::History {
            contact,
            selection,
            most,
            bytes,
            tag_only,
        } => {
            let wanted = |one: &&Message| {
                let has_text = one.text.as_ref().is_some_and(|text| !text.is_empty());
                one.contact == *contact && (*tag_only || has_text)
            };
            let all: Vec<&Message> = readable(rows).filter(wanted).collect();
            Answer::History(history(rows, *contact, &all, selection, *most, *bytes))
        }
        Ask::Targets {
            between: (one, other),
            most,
        } => {
            let range = (*one).min(*other)..(*one).max(*other);
            let mut latest = BTreeMap::new();
            for message in readable(rows) {
                latest.insert(message.contact, message.arrived);
            }
            let within = |time: &Timestamp| range.contains(time) && *time != range.start;
            let mut targets: Vec<_> = latest
                .into_iter()
                .filter(|(_, time)| within(time))
                .collect();
            targets.sort_by_key(|(_, time)| *time);
            targets.truncate(*most as usize);
            Answer::Targets(targets)
        }
        Ask::Search(search) => Answer::Search(found(rows, search)),
        Ask::Position { contact, time } => {
            let mut all = rows
                .messages
                .values()
                .rev()
                .filter(|one| one.contact == *contact);
            let exact = all.clone().find(|one| one.time == *time);
            let found = exact.or_else(|| all.find(|one| one.arrived <= *time));
            Answer::Position(found.map(|one| (one.seq, one.time)))
        }
        Ask::Missed {
            after,
            through,
            client,
            tag_only,
        } => Answer::Missed(missed(rows, (*after, *through), client, *tag_only)),
    }
}

fn readable(rows: &Rows) -> impl DoubleEndedIterator<Item = &Message> + Clone {
    rows.messages.values().filter(|one| one.text.is_some())
}

fn length(message: &Message) -> usize {
    message.text.as_ref().map_or(0, String::len)
}

fn is_missed(message: &Message, (after, through): (u64, u64), client: &str) -> bool {
    after < message.seq && message.seq <= through && message.writer.as_deref() != Some(client)
}

/// As many as fit, one in any case.
fn oldest<'a>(all: impl Iterator<Item = &'a Message>, most: u32, bytes: usize) -> Vec<Message> {
    let mut room = bytes;
    let mut is_first = true;
    let fitting = all.take(most.max(1) as usize).take_while(|message| {
        let fits = is_first || length(message) <= room;
        is_first = false;
        room = room.saturating_sub(length(message));
        fits
    });
    fitting.cloned().collect()
}

fn newest<'a>(
    all: impl DoubleEndedIterator<Item = &'a Message>,
    most: u32,
    bytes: usize,
) -> Vec<Message> {
    let mut messages = oldest(all.rev(), most, bytes);
    messages.reverse();
    messages
}

fn known(rows: &Rows, contact: u32, id: &str, text: &str) -> Known {
    let mut all = rows.messages.values().filter(|one| one.contact == contact);
    let found = all.find(|one| one.peer_id.as_deref() == Some(id) || one.id == id);
    match found {
        None => Known::New,
        Some(one) if one.peer_id.as_deref() == Some(id) && rows.said[&one.seq] == text => {
            Known::Repeat
        }
        Some(_) => Known::Taken,
    }
}

fn missed(rows: &Rows, range: (u64, u64), client: &str, tag_only: bool) -> Vec<Missed> {
    let mut all: Vec<Missed> = Vec::new();
    for message in readable(rows).filter(|one| is_missed(one, range, client)) {
        if !tag_only && length(message) == 0 {
            continue;
        }
        let seq = message.seq;
        match all.iter_mut().find(|one| one.contact == message.contact) {
            Some(one) => (one.last, one.count) = (seq, one.count + 1),
            None => all.push(Missed {
                contact: message.contact,
                first: seq,
                last: seq,
                count: 1,
            }),
        }
    }
    all
}

fn history(
    rows: &Rows,
    contact: u32,
    all: &[&Message],
    selection: &Selection,
    most: u32,
    bytes: usize,
) -> Option<Vec<Message>> {
    // Of the two places that a reference stands between: before it, and behind it.
    let place = |reference: &Reference| -> Option<(u64, u64)> {
        let mut known = rows.messages.values().filter(|one| one.contact == contact);
        match reference {
            Reference::Id(id) => known
                .find(|one| one.id == *id)
                .map(|one| (one.seq, one.seq)),
            Reference::Time(time) => Some(match known.clone().find(|one| one.time == *time) {
                Some(one) => (one.seq, one.seq),
                None => match known.rfind(|one| one.arrived < *time) {
                    Some(one) => (one.seq + 1, one.seq),
                    None => (0, 0),
                },
            }),
        }
    };
    let between = |from: u64, to: u64| {
        let within = move |one: &&&Message| from <= one.seq && one.seq < to;
        all.iter().filter(within).copied()
    };
    Some(match selection {
        Selection::Latest(None) => newest(between(0, u64::MAX), most, bytes),
        Selection::Latest(Some(one)) => newest(between(place(one)?.1 + 1, u64::MAX), most, bytes),
        Selection::Before(one) => newest(between(0, place(one)?.0), most, bytes),
        Selection::After(one) => oldest(between(place(one)?.1 + 1, u64::MAX), most, bytes),
        Selection::Around(one) => {
            let (before, behind) = place(one)?;
            let mut around = newest(between(0, before), most / 2 + 1, bytes / 2);
            around.extend(oldest(
                between(before.min(behind), u64::MAX),
                most / 2 + 1,
                bytes / 2,
            ));
            around.dedup_by_key(|one| one.seq);
            around.truncate(most as usize);
            around
        }
        Selection::Between(one, other) => {
            let (one, other) = (place(one)?, place(other)?);
            if one <= other {
                oldest(between(one.1 + 1, other.0), most, bytes)
            } else {
                newest(between(other.1 + 1, one.0), most, bytes)
            }
        }
    })
}

fn found(rows: &Rows, search: &Search) -> Vec<Message> {
    let words: Vec<String> = search
        .text
        .split_whitespace()
        .map(str::to_lowercase)
        .collect();
    let fits = |one: &&Message| {
        let text = one.text.as_deref().unwrap_or_default().to_lowercase();
        search.contact.is_none_or(|contact| one.contact == contact)
            && search.own.is_none_or(|own| one.own == own)
            && search.after.is_none_or(|after| one.arrived >= after)
            && search.before.is_none_or(|before| one.arrived <= before)
            && words.iter().all(|word| text.contains(word))
    };
    let all = readable(rows).filter(fits);
    match search.after {
        Some(_) => oldest(all, search.most, search.bytes),
        None => newest(all, search.most, search.bytes),
    }
}
