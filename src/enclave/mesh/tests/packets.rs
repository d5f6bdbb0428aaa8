//! What the packets of a contact come to.

use super::*;

#[test]
fn a_contact_is_there_when_its_first_packet_has_come() {
    let mut bench = Bench::new();
    bench.befriend(HIGHER);
    let connection = bench.dial();
    bench.dialled(connection, true);
    assert_eq!(bench.news(), []);
    assert!(
        bench
            .view(HIGHER)
            .connection
            .is_some_and(|view| !view.heard)
    );
    bench.frame(
        connection,
        r#"{"status":2,"status-message":"lunch","alias":"John"}"#,
    );
    let john = News::Alias {
        peer: address(HIGHER),
        alias: "John".into(),
    };
    let lunch = presence(HIGHER, Status::Away, "lunch");
    assert_eq!(bench.news(), [linked_news(HIGHER), john, lunch]);
    let view = bench.view(HIGHER);
    assert_eq!(view.alias, "John");
    assert!(
        view.connection
            .is_some_and(|view| view.heard && view.dialled_by_us)
    );
    assert_eq!(view.next_try, None);
}

#[test]
fn one_without_a_handshake_is_available() {
    let mut bench = Bench::new();
    bench.befriend(HIGHER);
    let connection = bench.dial();
    bench.dialled(connection, true);
    bench.frame(connection, r#"{"message":"hi","timestamp":1600000000}"#);
    let expected = [
        linked_news(HIGHER),
        presence(HIGHER, Status::Available, ""),
        message(HIGHER, connection, "hi", Some(1_600_000_000)),
    ];
    assert_eq!(bench.news(), expected);
}

#[test]
fn repeats_are_no_news() {
    let (mut bench, connection) = Bench::linked(HIGHER);
    for _ in 0..2 {
        bench.frame(connection, r#"{"status":1,"status-message":""}"#);
        bench.frame(connection, "{}");
        bench.frame(connection, r#"{"status":7}"#);
        bench.frame(connection, r#"{"alias":""}"#);
    }
    assert_eq!(bench.news(), []);
}

#[test]
fn a_message_comes_before_the_status_and_after_the_text_of_its_packet() {
    let (mut bench, connection) = Bench::linked(HIGHER);
    bench.frame(
        connection,
        r#"{"status":3,"status-message":"bye","message":"later"}"#,
    );
    let busy = presence(HIGHER, Status::Busy, "bye");
    assert_eq!(
        bench.news(),
        [message(HIGHER, connection, "later", None), busy]
    );
    bench.frame(
        connection,
        r#"{"message":"one more","status-message":"really"}"#,
    );
    let really = presence(HIGHER, Status::Busy, "really");
    assert_eq!(
        bench.news(),
        [really, message(HIGHER, connection, "one more", None)]
    );
}

#[test]
fn a_last_message_with_status_0_is_not_lost() {
    let (mut bench, connection) = Bench::linked(HIGHER);
    let content = r#"{"status":0,"status-message":"good night","message":"bye"}"#;
    bench.frame(connection, content);
    assert_eq!(bench.out.orders, [Order::Close { connection }]);
    let gone = absence(HIGHER, Some("good night"));
    assert_eq!(
        bench.news(),
        [message(HIGHER, connection, "bye", None), gone]
    );
    bench.frame(connection, r#"{"message":"ghost"}"#);
    bench.ended(connection);
    assert_eq!(bench.out, Outcome::default());
}

#[test]
fn one_that_only_says_goodbye_was_never_there() {
    let mut bench = Bench::new();
    bench.befriend(HIGHER);
    let connection = bench.dial();
    bench.dialled(connection, true);
    bench.orders();
    bench.frame(connection, r#"{"status":0}"#);
    assert_eq!(bench.news(), [linked_news(HIGHER)]);
}

#[test]
fn a_handshake_and_then_fin_is_a_presence_and_its_end() {
    let mut bench = Bench::new();
    bench.befriend(HIGHER);
    let connection = bench.dial();
    bench.dialled(connection, true);
    bench.frame(connection, r#"{"status":3}"#);
    bench.ended(connection);
    let expected = [
        linked_news(HIGHER),
        presence(HIGHER, Status::Busy, ""),
        absence(HIGHER, None),
    ];
    assert_eq!(bench.news(), expected);
}

#[test]
fn what_a_contact_said_of_itself_does_not_outlive_the_link() {
    let (mut bench, connection) = Bench::linked(HIGHER);
    bench.frame(connection, r#"{"status":3,"status-message":"work"}"#);
    bench.ended(connection);
    let connection = bench.dial();
    bench.dialled(connection, true);
    bench.frame(connection, "{}");
    let expected = [linked_news(HIGHER), presence(HIGHER, Status::Available, "")];
    assert_eq!(bench.news(), expected);
}

#[test]
fn garbage_is_dropped_counted_and_told_once_a_minute() {
    let (mut bench, connection) = Bench::linked(HIGHER);
    let garbage = |count| News::Garbage {
        peer: address(HIGHER),
        count,
    };
    for _ in 0..5 {
        bench.frame(connection, "[1]");
    }
    assert_eq!(bench.news(), [garbage(1)]);
    bench.pass(59.0);
    assert_eq!(bench.news(), []);
    bench.pass(1.0);
    assert_eq!(bench.news(), [garbage(4)]);
    bench.pass(61.0);
    assert_eq!(bench.news(), []);
    bench.frame(connection, "no");
    assert_eq!(bench.news(), [garbage(1)]);
    assert!(bench.view(HIGHER).connection.is_some());
}

#[test]
fn garbage_is_no_sign_of_life() {
    let mut bench = Bench::new();
    bench.befriend(HIGHER);
    let connection = bench.dial();
    bench.dialled(connection, true);
    bench.frame(connection, "garbage");
    assert_eq!(bench.view(HIGHER).presence, Presence::Offline);
}
