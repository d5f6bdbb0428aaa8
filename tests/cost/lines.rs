//! What a client says.

use super::measure::is_about_linear;
use super::node::Node;

/// What a client is in these tests that can do everything.
const CAPABILITIES: &str = "batch draft/chathistory draft/multiline draft/read-marker \
                            echo-message labeled-response message-tags soju.im/search \
                            standard-replies";

/// Bytes of a line, and of its tags.
const LINE: usize = 4_000;

/// How often a line is said for one measurement.
const TIMES: usize = 20;

#[test]
fn a_line_costs_what_it_is_long() {
    let mut node = Node::new(300, CAPABILITIES);
    let lines = [
        ("@", "a;", " PRIVMSG c0 :hi"),
        ("@", "a=b;", " PING x"),
        ("@a=", r"\s", " PING x"),
        ("@", "+draft/react=x;", " TAGMSG c0"),
        ("@label=", "x", " PING x"),
        ("PRIVMSG ", "c0,", " :hi"),
        ("PRIVMSG ", "x,", " :hi"),
        ("TAGMSG ", "x,", ""),
        ("MONITOR + ", "x,", ""),
        ("MONITOR + ", "[],", ""),
        ("MONITOR - ", "x,", ""),
        ("ISON :", "c1 ", ""),
        ("USERHOST :", "c1 ", ""),
        ("JOIN ", "x,", ""),
        ("JOIN ", "&enclave,", ""),
        ("PART ", "x,", ""),
        ("NAMES ", "x,", ""),
        ("NAMES ", "&enclave,", ""),
        ("LIST ", "*?,", ""),
        ("WHO ", "*?", "z"),
        ("WHOX ", "a ", ""),
        ("MOTD ", "*e", "z"),
        ("CAP REQ :", "batch ", ""),
        ("CAP REQ :", "-x ", ""),
        ("MODE alice ", "+i-i", ""),
        ("SEARCH ", "text=a;", ""),
        ("SEARCH text=", r"a\s", ""),
        ("CHATHISTORY LATEST ", "x", " * 5"),
        ("AUTHENTICATE ", "A", ""),
        ("AWAY :", "x", ""),
        ("PRIVMSG c0 :", "\u{1}", ""),
        ("PRIVMSG c0 :", "\u{3}4,", ""),
        ("PRIVMSG alice :", "x", ""),
        ("PRIVMSG &enclave :", "c0:", ""),
        ("PRIVMSG enclave :", "x", ""),
        ("PRIVMSG enclave :", "\"x\" ", ""),
        ("PRIVMSG enclave :add ", "x ", ""),
        ("PRIVMSG enclave :search ", "x ", ""),
        ("PRIVMSG enclave :cancel c0 ", "9", ""),
        ("X", "x", ""),
        ("PING ", "x ", ""),
    ];
    for (begin, part, end) in lines {
        let line = |length: usize| format!("{begin}{}{end}", part.repeat(length / part.len()));
        is_about_linear(
            &format!("{begin}{part}"),
            &line(LINE / 2),
            &line(LINE),
            |line| {
                for _ in 0..TIMES {
                    node.line(line);
                }
            },
        );
    }
}

#[test]
fn a_list_costs_what_it_holds() {
    let mut half = Node::new(600, CAPABILITIES);
    let mut whole = Node::new(1_200, CAPABILITIES);
    for line in [
        "WHO *",
        "WHO &enclave %tcuihsnfdlaor,5",
        "WHO *1*2*3*4*5",
        "NAMES &enclave",
        "NAMES &enclave,&enclave,&enclave,&enclave,&enclave,&enclave",
        "LIST",
        "LUSERS",
        "WHOWAS c5",
        "PRIVMSG enclave :contacts",
        "PRIVMSG enclave :outbox",
        "PRIVMSG enclave :status",
        "PRIVMSG enclave :clients",
        "@label=x PRIVMSG enclave :contacts",
        "AWAY :lunch",
        "AWAY",
    ] {
        is_about_linear(line, &false, &true, |is_whole| {
            let node = if *is_whole { &mut whole } else { &mut half };
            node.line(line);
        });
    }
}

#[test]
fn a_message_of_many_lines_costs_what_it_holds() {
    let mut node = Node::new(1, CAPABILITIES);
    is_about_linear("lines", &450, &900, |count| {
        node.line("@label=x BATCH +a draft/multiline alice");
        for _ in 0..*count {
            node.line("@batch=a PRIVMSG alice :a line of text, about forty bytes");
        }
        node.line("BATCH -a");
    });
}

#[test]
fn what_waits_is_taken_back_in_time() {
    is_about_linear("cancel", &4_000, &8_000, |count| {
        let mut node = Node::with_waiting(*count);
        node.line("PRIVMSG enclave :cancel Peter");
    });
}
