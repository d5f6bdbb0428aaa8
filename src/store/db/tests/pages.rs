//! Pages of a conversation, against the plainest thing that could be right.

use super::*;

use proptest::prelude::*;

use crate::store::row::{Reference, Selection};

pub(super) const CONTACT: u32 = 1;

/// What comes before has a smaller, and what comes after a greater `seq`; then the middle.
type Place = (i64, i64, i64);

fn by_id(message: &Message) -> Reference {
    Reference::Id(message.id.clone())
}

fn by_time(message: &Message) -> Reference {
    Reference::Time(message.time)
}

fn seq(message: &Message) -> i64 {
    message.seq.cast_signed()
}

/// The definition, over all messages of the conversation in order.
fn place(all: &[Message], reference: &Reference) -> Option<Place> {
    let time = match reference {
        Reference::Id(id) => {
            let named = all.iter().find(|message| message.id == *id)?;
            return Some((seq(named), seq(named), seq(named)));
        }
        Reference::Time(time) => *time,
    };
    let mut exact = all.iter().filter(|message| message.time == time).map(seq);
    if let Some(oldest) = exact.next() {
        return Some((exact.next_back().unwrap_or(oldest), oldest, oldest));
    }
    let mut by_arrival: Vec<_> = all.iter().collect();
    by_arrival.sort_by_key(|message| (message.arrived, message.seq));
    let here = by_arrival.partition_point(|message| message.arrived <= time);
    match (here.checked_sub(1), by_arrival.get(here)) {
        (None, _) => Some((i64::MIN, i64::MIN, i64::MIN)),
        (Some(_), None) => Some((i64::MAX, i64::MAX, i64::MAX)),
        (Some(last), Some(first)) => {
            let (last, first) = (seq(by_arrival[last]), seq(first));
            let after = last.min(first - 1);
            Some((first.max(last + 1), after, after + 1))
        }
    }
}

fn first_of(messages: &[Message], most: usize) -> Vec<Message> {
    messages[..most.min(messages.len())].to_vec()
}

fn last_of(messages: &[Message], most: usize) -> Vec<Message> {
    messages[messages.len().saturating_sub(most)..].to_vec()
}

fn is_forwards(from: (&Reference, Place), to: (&Reference, Place), all: &[Message]) -> bool {
    let moment = |reference: &Reference| match reference {
        Reference::Time(time) if all.iter().all(|message| message.time != *time) => Some(*time),
        _ => None,
    };
    match (moment(from.0), moment(to.0)) {
        (Some(from), Some(to)) => from <= to,
        _ => from.1.0 <= to.1.0 && from.1.1 <= to.1.1,
    }
}

/// The definition of a page.
fn selected(
    all: &[Message],
    selection: &Selection,
    most: usize,
    tag_only: bool,
) -> Option<Vec<Message>> {
    let within = |above: i64, below: i64| -> Vec<Message> {
        let is_wanted = |message: &&Message| {
            let text = message.text.as_deref();
            let has_text = text.is_some_and(|text| tag_only || !text.is_empty());
            has_text && seq(message) > above && seq(message) < below
        };
        all.iter().filter(is_wanted).cloned().collect()
    };
    let find = |reference: &Reference| place(all, reference);
    Some(match selection {
        Selection::Latest(None) => last_of(&within(i64::MIN, i64::MAX), most),
        Selection::Latest(Some(reference)) => last_of(&within(find(reference)?.1, i64::MAX), most),
        Selection::Before(reference) => last_of(&within(i64::MIN, find(reference)?.0), most),
        Selection::After(reference) => first_of(&within(find(reference)?.1, i64::MAX), most),
        Selection::Around(reference) => {
            let middle = find(reference)?.2;
            let mut page = last_of(&within(i64::MIN, middle), most / 2);
            let later = within(middle.saturating_sub(1), i64::MAX);
            page.extend(first_of(&later, most - most / 2));
            page
        }
        Selection::Between(from, to) => {
            let (here, there) = (find(from)?, find(to)?);
            if is_forwards((from, here), (to, there), all) {
                first_of(&within(here.1, there.0), most)
            } else {
                last_of(&within(there.1, here.0), most)
            }
        }
    })
}

impl Db {
    pub(super) fn history_of(
        &self,
        selection: Selection,
        most: u32,
        tag_only: bool,
    ) -> Option<Vec<Message>> {
        self.history_within(selection, (most, usize::MAX), tag_only)
    }

    pub(super) fn history_within(
        &self,
        selection: Selection,
        (most, bytes): (u32, usize),
        tag_only: bool,
    ) -> Option<Vec<Message>> {
        let ask = Ask::History {
            contact: CONTACT,
            selection,
            most,
            bytes,
            tag_only,
        };
        match self.ask(&ask).unwrap() {
            Answer::History(messages) => messages,
            other => panic!("{other:?}"),
        }
    }
}

/// Times are few, so that many are equal, and go back and forth.
fn any_time() -> impl Strategy<Value = Timestamp> {
    (0..20_i64).prop_map(Timestamp)
}

fn any_conversation() -> impl Strategy<Value = Vec<Message>> {
    let text = prop::sample::select(&[Some("hi"), Some("ho"), Some(""), None]);
    let message = (any_time(), any_time(), text, 1..3_u64, 0..4);
    prop::collection::vec(message, 0..12).prop_map(|messages| {
        let mut seq = 0;
        let mut numbered = |(time, arrived, text, step, luck)| {
            seq += step;
            let contact = if luck == 0 { 2 } else { CONTACT };
            let text: Option<&str> = text;
            Message {
                time,
                arrived,
                text: text.map(str::to_owned),
                ..heard(seq, contact, &format!("id-{seq}"), "")
            }
        };
        messages.into_iter().map(&mut numbered).collect()
    })
}

fn any_reference() -> impl Strategy<Value = Reference> {
    prop_oneof![
        (1..16_u64).prop_map(|seq| Reference::Id(format!("id-{seq}"))),
        (-1..22_i64).prop_map(|time| Reference::Time(Timestamp(time))),
    ]
}

fn any_selection() -> impl Strategy<Value = Selection> {
    prop_oneof![
        prop::option::of(any_reference()).prop_map(Selection::Latest),
        any_reference().prop_map(Selection::Before),
        any_reference().prop_map(Selection::After),
        any_reference().prop_map(Selection::Around),
        (any_reference(), any_reference()).prop_map(|(from, to)| Selection::Between(from, to)),
    ]
}

proptest! {
    #[test]
    fn a_page_is_what_the_definition_says(
        messages in any_conversation(),
        selections in prop::collection::vec((any_selection(), 0..6_u32, any::<bool>()), 8),
    ) {
        let mut db = memory();
        db.write_messages(messages.iter().cloned());
        let all: Vec<_> = messages.into_iter().filter(|message| message.contact == CONTACT).collect();
        for (selection, most, tag_only) in selections {
            let expected = selected(&all, &selection, most as usize, tag_only);
            prop_assert_eq!(db.history_of(selection, most, tag_only), expected);
        }
    }

    #[test]
    fn no_message_is_on_neither_side_of_a_moment(
        messages in any_conversation(),
        moment in -1..22_i64,
    ) {
        let mut db = memory();
        db.write_messages(messages);
        let moment = || Reference::Time(Timestamp(moment));
        let mut seen = db.history_of(Selection::Before(moment()), 99, true).unwrap();
        seen.extend(db.history_of(Selection::After(moment()), 99, true).unwrap());
        seen.extend(db.history_of(Selection::Around(moment()), 2, true).unwrap());
        seen.sort_by_key(|message| message.seq);
        seen.dedup();
        let all = db.history_of(Selection::Latest(None), 99, true).unwrap();
        // The named one is on neither, where the moment is a message's own.
        let is_own = |message: &&Message| Reference::Time(message.time) == moment();
        let missing = all.iter().filter(|message| !seen.contains(message));
        prop_assert_eq!(missing.filter(|message| !is_own(message)).count(), 0);
    }

    #[test]
    fn whoever_walks_from_page_to_page_sees_each_message_once(
        arrived in prop::collection::vec(0..30_i64, 1..30),
        times in Just((0..30_i64).collect::<Vec<_>>()).prop_shuffle(),
        most in 1..5_u32,
        bytes in 0..9_usize,
    ) {
        let mut db = memory();
        // As the middle makes them: unique within a conversation, in any order.
        let all: Vec<_> = (1..).zip(arrived.iter().zip(times)).map(|(seq, (arrived, time))| Message {
            arrived: Timestamp(*arrived),
            time: Timestamp(time),
            ..heard(seq, CONTACT, &format!("id-{seq}"), "hello")
        }).collect();
        db.write_messages(all.iter().cloned());
        for named in [by_id, by_time] {
            let mut seen: Vec<Message> = Vec::new();
            let mut selection = Selection::Latest(None);
            loop {
                let page = db.history_within(selection, (most, bytes), false).unwrap();
                let Some(oldest) = page.first() else { break };
                selection = Selection::Before(named(oldest));
                seen.splice(0..0, page);
            }
            prop_assert_eq!(&seen, &all, "backwards");

            seen.clear();
            let mut selection = Selection::After(Reference::Time(Timestamp(-1)));
            loop {
                let page = db.history_within(selection, (most, bytes), false).unwrap();
                let Some(newest) = page.last() else { break };
                selection = Selection::After(named(newest));
                seen.extend(page);
            }
            prop_assert_eq!(&seen, &all, "forwards");

            let (first, last) = (&all[0], &all[all.len() - 1]);
            seen = vec![first.clone()];
            while let Some(newest) = seen.last() {
                let selection = Selection::Between(named(newest), named(last));
                let page = db.history_within(selection, (most, bytes), false).unwrap();
                if page.is_empty() { break }
                seen.extend(page);
            }
            prop_assert_eq!(&seen[..], &all[..(all.len() - 1).max(1)], "from end to end");
        }
    }
}
