use super::*;

use crate::store::row::{Held, Request};

fn request(address: &str, since: i64) -> Request {
    Request {
        address: address.to_owned(),
        number: None,
        alias: None,
        status: None,
        text: None,
        since: Timestamp(since),
        shown: false,
        said_more: false,
        bytes: 0,
    }
}

fn held(text: &str, id: Option<&str>) -> Held {
    Held {
        text: text.to_owned(),
        time: Timestamp(5),
        id: id.map(str::to_owned),
    }
}

fn hold(address: &str, held: Held) -> Write {
    Write::Held {
        address: address.to_owned(),
        held,
    }
}

#[test]
fn a_request_keeps_what_was_said_when_it_changes_and_takes_it_along_when_it_goes() {
    let mut db = memory();
    let shown = Request {
        number: Some(3),
        alias: Some("Stranger".to_owned()),
        status: Some(2),
        text: Some("out".to_owned()),
        shown: true,
        said_more: true,
        bytes: 77,
        ..request("fc00::2", 1)
    };
    let uuid = "0198f0a2-7b1c-7def-8123-456789abcdef";
    let said = [held("hello?", Some(uuid)), held("hello?", None)];
    db.apply_all([
        Write::Request(request("fc00::1", 2)),
        Write::Request(request("fc00::2", 1)),
        hold("fc00::2", said[0].clone()),
        Write::Request(shown.clone()),
        hold("fc00::2", said[1].clone()),
    ]);
    let first = (shown, said.to_vec());
    let second = (request("fc00::1", 2), Vec::new());
    assert_eq!(db.load().unwrap().requests, [first, second.clone()]);
    db.apply_all([
        Write::RemoveRequest("fc00::2".to_owned()),
        Write::Request(request("fc00::2", 9)),
    ]);
    assert_eq!(
        db.load().unwrap().requests,
        [second, (request("fc00::2", 9), Vec::new())]
    );
}

#[test]
fn the_silenced_and_the_settings_are_as_last_written() {
    let mut db = memory();
    let address = || "fc00::1".to_owned();
    db.apply_all([
        Write::Silence(address(), Timestamp(5)),
        Write::Silence(address(), Timestamp(4)),
        Write::Silence("fc00::2".to_owned(), Timestamp(i64::MAX)),
        Write::Setting("nick", "alice".to_owned()),
        Write::Setting("nick", "bob".to_owned()),
        Write::Setting("farewell", "good\0 night 🌙".to_owned()),
    ]);
    let loaded = db.load().unwrap();
    let second = ("fc00::2".to_owned(), Timestamp(i64::MAX));
    assert_eq!(loaded.silenced, [(address(), Timestamp(4)), second.clone()]);
    let setting = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        loaded.settings,
        [
            setting("nick", "bob"),
            setting("farewell", "good\0 night 🌙")
        ]
        .into()
    );
    db.apply_all([Write::Unsilence(address()), Write::Unsilence(address())]);
    assert_eq!(db.load().unwrap().silenced, [second]);
}
