//! Those who are not in the address book.

use super::*;
use crate::enclave::news::StrangerNews;

pub(super) const WHO: &str = "fc00::bad";

fn request(number: u32, who: &str, alias: Option<&str>, words: Option<&str>) -> News {
    News::Stranger(StrangerNews::Request {
        number,
        address: address(who),
        alias: alias.map(str::to_owned),
        words: words.map(str::to_owned),
    })
}

fn gone(number: u32, who: &str) -> News {
    News::Stranger(StrangerNews::Gone {
        number,
        address: address(who),
    })
}

pub(super) fn read(connection: ConnectionId, max_frame: usize) -> Order {
    Order::Read {
        connection,
        max_frame,
    }
}

/// A message of this many bytes as a frame's content.
pub(super) fn message_of(length: usize) -> String {
    let frame = r#"{"message":""}"#.len();
    format!(r#"{{"message":"{}"}}"#, "x".repeat(length - frame))
}

#[test]
fn a_stranger_gets_nothing_and_is_put_before_the_person_with_its_first_words() {
    let mut bench = Bench::new();
    let connection = bench.accept(WHO);
    assert_eq!(bench.orders(), [read(connection, 64 * 1024)]);
    bench.frame(connection, r#"{"status":1,"alias":"Eve"}"#);
    bench.pass(1.0);
    assert_eq!(bench.out, Outcome::default());
    bench.frame(connection, r#"{"message":"hello"}"#);
    assert_eq!(bench.news(), [request(1, WHO, Some("Eve"), Some("hello"))]);
    let more = News::Stranger(StrangerNews::SaidMore {
        number: 1,
        address: address(WHO),
        words: "are you there?".into(),
    });
    bench.frame(connection, r#"{"message":"are you there?"}"#);
    assert_eq!(bench.news(), [more]);
    bench.frame(connection, r#"{"message":"?"}"#);
    bench.pass(3600.0);
    assert_eq!(bench.out.orders, []);
    assert_eq!(bench.news(), []);
    let requests: Vec<&Request> = bench.mesh.requests().collect();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].number(), Some(1));
    assert_eq!(requests[0].messages(), 3);
    assert_eq!(requests[0].words(), Some("hello"));
}

#[test]
fn a_stranger_without_words_is_put_before_the_person_after_five_seconds() {
    let mut bench = Bench::new();
    let connection = bench.accept(WHO);
    bench.pass(4.9);
    assert_eq!(bench.news(), []);
    bench.pass(0.1);
    assert_eq!(bench.news(), [request(1, WHO, None, None)]);
    bench.frame(connection, r#"{"message":"hello"}"#);
    assert!(matches!(
        bench.news()[..],
        [News::Stranger(StrangerNews::SaidMore { .. })]
    ));
}

#[test]
fn a_stranger_without_a_packet_is_closed_after_half_a_minute() {
    let mut bench = Bench::new();
    let connection = bench.accept(WHO);
    bench.pass(29.9);
    bench.out = Outcome::default();
    bench.pass(0.1);
    assert_eq!(bench.out.orders, [Order::Close { connection }]);
    assert_eq!(bench.news(), [gone(1, WHO)]);
    assert_eq!(bench.mesh.requests().count(), 0);
    let connection = bench.accept(WHO);
    bench.frame(connection, "{}");
    bench.orders();
    bench.pass(3600.0);
    assert_eq!(bench.orders(), [], "one that has sent a packet stays");
}

#[test]
fn at_the_limit_a_stranger_is_paused_and_nothing_is_lost() {
    let mut bench = Bench::new();
    let connection = bench.accept(WHO);
    bench.orders();
    let words = message_of(16 * 1024 - 4);
    for _ in 0..3 {
        bench.frame(connection, &words);
        assert_eq!(bench.orders(), []);
    }
    bench.frame(connection, &words);
    assert_eq!(bench.orders(), [Order::Pause { connection }]);
    bench.frame(connection, r#"{"message":"was read already"}"#);
    assert_eq!(bench.orders(), []);
    bench.befriend(WHO);
    assert_eq!(bench.out.orders[0], read(connection, 1 << 20));
    let news = bench.news();
    assert_eq!(news.len(), 7, "linked, online, five messages");
    let time = Some(START);
    assert_eq!(news[6], message(WHO, connection, "was read already", time));
}

/// What is no text is kept as three bytes for each one: that counts, not what was sent.
#[test]
fn words_that_are_no_text_count_as_what_they_are_kept_as() {
    let mut bench = Bench::new();
    let connection = bench.accept(WHO);
    bench.orders();
    let content = [br#"{"message":""#, &[0xff; 8 * 1024][..], br#""}"#].concat();
    for kept in [24, 48] {
        let now = bench.now();
        let out = &mut bench.out;
        bench.mesh.frame(connection, &content, now, out);
        assert_eq!(bench.orders(), [], "{kept} KiB");
    }
    let now = bench.now();
    bench.mesh.frame(connection, &content, now, &mut bench.out);
    assert_eq!(bench.orders(), [Order::Pause { connection }]);
}

#[test]
fn frames_without_a_word_fill_the_limit_too() {
    let mut bench = Bench::new();
    let connection = bench.accept(WHO);
    bench.orders();
    for _ in 0..16 * 1024 {
        bench.frame(connection, "");
    }
    assert_eq!(bench.orders(), [Order::Pause { connection }]);
}

#[test]
fn a_request_without_words_ends_with_its_connection() {
    let mut bench = Bench::new();
    let connection = bench.accept(WHO);
    bench.frame(connection, "{}");
    bench.ended(connection);
    assert_eq!(bench.news(), [], "the person was not asked yet");
    let connection = bench.accept(WHO);
    bench.frame(connection, "{}");
    bench.pass(5.0);
    bench.ended(connection);
    assert_eq!(bench.news(), [request(1, WHO, None, None), gone(1, WHO)]);
    let connection = bench.accept(WHO);
    bench.pass(5.0);
    bench.mesh.shown(address(WHO), &mut bench.out);
    bench.frame(connection, "{}");
    bench.ended(connection);
    assert_eq!(bench.news(), [request(2, WHO, None, None)]);
    assert_eq!(
        bench.mesh.requests().count(),
        1,
        "the person may be about to answer"
    );
}

#[test]
fn a_second_connection_replaces_the_first_and_held_words_stay() {
    let mut bench = Bench::new();
    let first = bench.accept(WHO);
    bench.frame(first, r#"{"message":"one"}"#);
    bench.out = Outcome::default();
    let second = bench.accept(WHO);
    let abort = Order::Abort { connection: first };
    assert_eq!(bench.orders(), [read(second, 64 * 1024), abort]);
    bench.ended(first);
    bench.frame(first, r#"{"message":"ghost"}"#);
    bench.frame(second, r#"{"message":"two"}"#);
    bench.out = Outcome::default();
    bench.befriend(WHO);
    let time = Some(START);
    let heard = [
        message(WHO, second, "one", time),
        message(WHO, second, "two", time),
    ];
    assert_eq!(bench.news()[2..], heard);
}

#[test]
fn neighbours_of_one_owner_have_one_place_and_do_not_share_words() {
    let mut bench = Bench::new();
    let first = bench.accept("300::1");
    bench.orders();
    let second = bench.accept("300::2");
    let abort = Order::Abort { connection: first };
    assert_eq!(bench.orders(), [read(second, 64 * 1024), abort]);
    bench.frame(second, r#"{"message":"mine"}"#);
    bench.orders();
    let third = bench.accept("300::1");
    assert_eq!(bench.orders(), [Order::Abort { connection: third }]);
    bench.befriend("300::1");
    assert_eq!(bench.news(), [], "these are not its words");
    assert_eq!(bench.mesh.requests().count(), 1);
}

#[test]
fn thirty_two_wait_and_those_without_words_make_room() {
    let mut bench = Bench::new();
    let who = |number: u16| format!("fc01::{number:x}");
    let mut silent = Vec::new();
    for number in 1..=32 {
        bench.time += Duration::from_millis(1);
        let connection = bench.accept(&who(number));
        if number <= 3 {
            silent.push(connection);
            bench.frame(connection, "{}");
        } else {
            bench.frame(connection, r#"{"message":"hello"}"#);
        }
    }
    bench.pass(6.0);
    bench.mesh.shown(address(&who(1)), &mut bench.out);
    for number in [1, 2, 3] {
        bench.out = Outcome::default();
        let newcomer = bench.accept(&who(100 + number));
        let abort = Order::Abort {
            connection: silent[usize::from(number) - 1],
        };
        assert!(bench.out.orders.contains(&abort));
        let is_gone = |news: &News| matches!(news, News::Stranger(StrangerNews::Gone { .. }));
        assert!(bench.out.news.iter().any(is_gone));
        bench.frame(newcomer, r#"{"message":"hello"}"#);
    }
    bench.out = Outcome::default();
    let newcomer = bench.accept(&who(200));
    let abort = Order::Abort {
        connection: newcomer,
    };
    assert_eq!(bench.out.orders, [abort]);
    assert_eq!(bench.news(), [no_place(&who(200))]);
    bench.accept(&who(201));
    assert_eq!(bench.news(), [], "the person has been told");
    assert_eq!(bench.mesh.requests().count(), 32);
    let numbers = bench.mesh.requests().filter_map(Request::number);
    assert!(numbers.is_sorted());
    let again = bench.accept(&who(32));
    assert!(
        bench.orders().contains(&read(again, 64 * 1024)),
        "it has its place"
    );
    let now = bench.now();
    bench.mesh.reject(address(&who(32)), now, &mut bench.out);
    let newcomer = bench.accept(&who(202));
    bench.frame(newcomer, r#"{"message":"hello"}"#);
    bench.out = Outcome::default();
    bench.accept(&who(203));
    assert_eq!(bench.news(), [no_place(&who(203))], "all are taken again");
}

fn no_place(who: &str) -> News {
    News::Stranger(StrangerNews::NoPlace {
        address: address(who),
    })
}

/// Somebody with many addresses fills all places, and fills them again: what stays open must
/// not tell whether the person has seen the first ones.
#[test]
fn who_is_closed_does_not_tell_whether_the_person_is_there() {
    let closed = |is_there: bool| {
        let mut bench = Bench::new();
        let who = |number: u16| format!("fc01::{number:x}");
        let mut connections = Vec::new();
        for number in 1..=31 {
            bench.time += Duration::from_millis(1);
            connections.push(bench.accept(&who(number)));
            if number > 2 {
                bench.frame(connections[usize::from(number) - 1], "{}");
            }
        }
        bench.pass(6.0);
        for number in 1..=5 {
            if is_there {
                bench.mesh.shown(address(&who(number)), &mut bench.out);
            }
        }
        // One that is kept, if it was seen, and one that is not.
        bench.ended(connections[4]);
        bench.ended(connections[20]);
        bench.orders();
        for number in 101..=120 {
            bench.time += Duration::from_millis(1);
            bench.accept(&who(number));
        }
        let mut orders = bench.orders();
        orders.retain(|order| matches!(order, Order::Abort { .. } | Order::Close { .. }));
        orders
    };
    assert!(!closed(false).is_empty());
    assert_eq!(closed(true), closed(false));
}

#[test]
fn a_name_stays_what_it_was_when_the_person_was_asked() {
    let mut bench = Bench::new();
    let connection = bench.accept(WHO);
    bench.frame(connection, r#"{"alias":"Rob"}"#);
    bench.frame(connection, r#"{"alias":"Bob","message":"hello"}"#);
    bench.frame(connection, r#"{"alias":"Your bank"}"#);
    let request = bench.mesh.requests().next().unwrap();
    assert_eq!(request.alias(), Some("Bob"));
}
