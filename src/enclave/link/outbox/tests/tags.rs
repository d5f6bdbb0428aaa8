//! Messages with tags, and such as are nothing else.

use super::*;

fn tags(key: u64) -> Tags {
    Tags::from([("draft/react".to_owned(), key.to_string())])
}

/// A message that is nothing but tags.
fn reaction(key: u64) -> Outgoing {
    Outgoing {
        text: String::new(),
        tags: tags(key),
        ..message(key)
    }
}

/// Words with tags.
fn reply(key: u64) -> Outgoing {
    Outgoing {
        tags: tags(key),
        ..message(key)
    }
}

impl Bench {
    /// Words and, where the key is even, nothing but tags.
    fn mixed(keys: impl IntoIterator<Item = u64>) -> Self {
        let mut bench = Self::default();
        for key in keys {
            bench.push_mixed(key);
        }
        bench
    }

    fn push_mixed(&mut self, key: u64) {
        let is_words = key % 2 == 1;
        self.outbox.push(if is_words {
            message(key)
        } else {
            reaction(key)
        });
    }

    /// The peer's first packet comes, and says that it knows tags.
    fn hear_tags(&mut self, id: ConnectionId) {
        self.hear(id, true);
        self.connection(id).tags = true;
    }

    fn give_up(&mut self) -> Vec<u64> {
        self.outbox.give_up_tags(&self.connections)
    }

    /// As [`flow`](Bench::flow): the packets.
    fn packets(&mut self) -> Vec<Packet> {
        let (connections, now) = (&mut self.connections, self.time);
        self.outbox.flow(connections, true, now, &mut self.out);
        let orders = std::mem::take(&mut self.out.orders);
        let written = |order| match order {
            Order::Write { frame, .. } => Some(Packet::parse(&frame[4..]).unwrap()),
            _ => None,
        };
        orders.into_iter().filter_map(written).collect()
    }
}

#[test]
fn they_go_to_one_who_knows_them() {
    let mut bench = Bench::default();
    bench.outbox.push(reply(1));
    bench.outbox.push(reaction(2));
    bench.open(A);
    bench.hear_tags(A);
    assert_eq!(bench.give_up(), NONE);
    let packet = |key| Packet {
        timestamp: Some(message(key).timestamp),
        id: Some(format!("id-{key}")),
        tags: Some(tags(key)),
        ..Packet::default()
    };
    let words = Packet {
        message: Some("text 1".into()),
        ..packet(1)
    };
    assert_eq!(bench.packets(), [words, packet(2)]);
    assert_eq!(bench.confirm([1, 2]), [1, 2]);
    assert_eq!(bench.outbox.size(), (0, 0));
}

#[test]
fn words_go_without_them_to_one_who_does_not_know_them_and_to_one_who_is_mute() {
    for heard in [true, false] {
        let mut bench = Bench::default();
        bench.outbox.push(reply(1));
        bench.open(A);
        bench.connection(A).heard = heard;
        bench.time = MUTE;
        assert_eq!(bench.give_up(), NONE);
        let packets = bench.packets();
        assert_eq!(packets.len(), 1);
        assert_eq!(packets[0].message.as_deref(), Some("text 1"));
        assert_eq!(packets[0].tags, None);
    }
}

#[test]
fn an_empty_text_without_tags_is_a_message_as_it_always_was() {
    let mut bench = Bench::default();
    bench.outbox.push(Outgoing {
        text: String::new(),
        ..message(1)
    });
    bench.open(A);
    bench.hear(A, true);
    assert_eq!(bench.give_up(), NONE);
    assert_eq!(bench.packets()[0].message.as_deref(), Some(""));
}

#[test]
fn what_is_only_tags_leaves_where_they_are_not_known_wherever_it_stands() {
    let mut bench = Bench::mixed([2, 1, 4, 6, 3, 8]);
    assert_eq!(bench.give_up(), NONE, "nobody is there");
    bench.open(A);
    bench.time = MUTE;
    assert_eq!(bench.give_up(), NONE, "it may yet say that it knows them");
    bench.hear(A, true);
    assert_eq!(bench.give_up(), [2, 4, 6, 8]);
    assert_eq!(bench.give_up(), NONE);
    assert_eq!(bench.outbox.size(), (2, 2 * "text 1".len()));
    assert_eq!(bench.flow_on(A), [1, 3]);
}

#[test]
fn what_leaves_makes_room_in_the_window_and_disturbs_nothing() {
    let mut bench = Bench::mixed([1, 2, 3]);
    bench.open(A);
    bench.hear_tags(A);
    assert_eq!(bench.flow_on(A), [1, 2, 3]);
    let lengths = |bench: &Bench| -> u64 {
        let written = bench.outbox.waiting.iter().take(bench.outbox.written);
        written.map(|entry| entry.length).sum()
    };
    assert_eq!(bench.outbox.in_flight, lengths(&bench));
    bench.open(B);
    bench.hear(B, false);
    assert_eq!(bench.give_up(), [2], "its winner knows no tags");
    assert_eq!((bench.outbox.written, bench.keys()), (2, vec![1, 3]));
    assert_eq!(bench.outbox.in_flight, lengths(&bench));
    assert_eq!(bench.flow(), [], "what was written still waits for the old");
    bench.connections.remove(A);
    assert_eq!(bench.flow_on(B), [1, 3]);
    assert_eq!(bench.confirm([2]), NONE);
    assert_eq!(bench.acknowledge(B), [1, 3]);
    assert_eq!(bench.outbox.in_flight, 0);
}

#[test]
fn what_is_only_tags_does_not_go_blind_and_holds_no_words_up() {
    let mut bench = Bench::mixed([2, 4, 1, 6, 3, 8]);
    bench.open(A);
    bench.time = MUTE;
    assert_eq!(bench.flow_on(A), [1, 3]);
    assert_eq!(bench.blind, [1, 3]);
    assert_eq!(bench.keys(), [1, 3, 2, 4, 6, 8], "they have their places");
    assert_eq!(bench.flow(), []);
    bench.push_mixed(5);
    assert_eq!(bench.flow_on(A), [5]);
    assert_eq!(bench.keys(), [1, 3, 5, 2, 4, 6, 8]);
    bench.hear_tags(A);
    assert_eq!(bench.flow_on(A), [2, 4, 6, 8], "and then they go");
    bench.push_mixed(7);
    assert_eq!(bench.flow_on(A), [7]);
}

#[test]
fn what_was_sent_blind_goes_again_before_the_tags_that_were_not() {
    let mut bench = Bench::mixed([2, 1]);
    bench.open(A);
    bench.time = MUTE;
    assert_eq!(bench.flow_on(A), [1]);
    bench.connections.remove(A);
    bench.open(B);
    bench.hear_tags(B);
    assert_eq!(bench.flow_on(B), [1, 2]);
}

#[test]
fn where_words_went_as_often_as_they_may_nothing_overtakes_them() {
    let mut bench = Bench::mixed([2]);
    bench.outbox.push(Outgoing {
        attempts: BLIND_ATTEMPTS,
        ..message(1)
    });
    bench.push_mixed(3);
    bench.open(A);
    bench.time = MUTE;
    assert_eq!(bench.flow(), []);
    assert_eq!(bench.keys(), [2, 1, 3]);
    assert_eq!(bench.outbox.deadline(&bench.connections), None);
}

#[test]
fn tags_alone_wait_for_a_word_and_for_no_moment() {
    let mut bench = Bench::mixed([2]);
    bench.open(A);
    bench.time = MUTE;
    assert_eq!(bench.flow(), []);
    assert_eq!(bench.outbox.deadline(&bench.connections), None);
    assert_eq!(bench.acknowledge(A), NONE);
    bench.hear_tags(A);
    assert_eq!(bench.flow_on(A), [2]);
}

#[test]
fn what_arrived_blind_leaves_before_the_tags_that_did_not_go() {
    let mut bench = Bench::mixed([2, 1]);
    bench.open(A);
    bench.time = MUTE;
    assert_eq!(bench.flow_on(A), [1]);
    bench.hear(A, false);
    assert_eq!(bench.acknowledge(A), [1]);
    assert_eq!(bench.keys(), [2], "it is not taken for arrived");
    assert_eq!(bench.give_up(), [2]);
}

#[test]
fn tags_count_as_bytes_that_wait_and_are_on_their_way() {
    let mut bench = Bench::default();
    let value = "x".repeat(WINDOW as usize / 4);
    for key in 1..=5 {
        bench.outbox.push(Outgoing {
            tags: Tags::from([("a".to_owned(), value.clone())]),
            ..message(key)
        });
    }
    let bytes = value.len() + "atext 1".len();
    assert_eq!(bench.outbox.size(), (5, 5 * bytes));
    bench.open(A);
    bench.hear_tags(A);
    assert_eq!(bench.flow_on(A), [1, 2, 3, 4]);
    assert_eq!(bench.confirm([1]), [1]);
    assert_eq!(bench.flow_on(A), [5]);
    bench.outbox.cancel(&[2, 3]);
    assert_eq!(bench.outbox.size(), (2, 2 * bytes));
}

#[test]
fn all_is_on_a_connection_once_it_was_written_there() {
    let mut bench = Bench::default();
    assert!(bench.outbox.is_all_on(A));
    bench.push_mixed(1);
    assert!(!bench.outbox.is_all_on(A));
    bench.open(A);
    bench.hear_tags(A);
    bench.flow();
    assert!(bench.outbox.is_all_on(A));
    assert!(!bench.outbox.is_all_on(B));
    bench.push_mixed(2);
    assert!(!bench.outbox.is_all_on(A));
    bench.outbox.cancel(&[1, 2]);
    assert!(bench.outbox.is_all_on(B));
}
