use super::*;

use proptest::prelude::*;

fn stored_length(db: &Db) -> i64 {
    db.connection
        .query_row("SELECT length(id) FROM message", (), |row| row.get(0))
        .unwrap()
}

#[test]
fn a_uuid_takes_16_bytes_and_only_in_its_usual_form() {
    let id = "0198f0a2-7b1c-7def-8123-456789abcdef";
    for (id, length) in [
        (id.to_owned(), 16),
        (id.to_uppercase(), 36),
        (id.replace('-', ""), 32),
        (format!("{{{id}}}"), 38),
        (format!("urn:uuid:{id}"), 45),
    ] {
        let mut db = memory();
        db.write_messages([heard(1, 1, &id, "hi")]);
        assert_eq!(stored_length(&db), length);
        assert_eq!(db.log_of(None), [heard(1, 1, &id, "hi")]);
    }
}

#[test]
fn the_digest_never_changes() {
    // From the published test vectors of FNV-1a.
    let of = |text| id::digest(text).cast_unsigned();
    assert_eq!(of(""), 0xcbf2_9ce4_8422_2325);
    assert_eq!(of("a"), 0xaf63_dc4c_8601_ec8c);
    assert_eq!(of("foobar"), 0x8594_4171_f739_67e8);
}

fn any_id() -> impl Strategy<Value = String> {
    let uuid = || any::<u128>().prop_map(uuid::Uuid::from_u128);
    prop_oneof![
        uuid().prop_map(|uuid| uuid.to_string()),
        uuid().prop_map(|uuid| uuid.to_string().to_uppercase()),
        uuid().prop_map(|uuid| uuid.simple().to_string()),
        "[A-Za-z0-9._-]{1,64}",
        any::<String>(),
    ]
}

proptest! {
    #[test]
    fn every_id_comes_back_as_it_was(id in any_id(), peer_id in any_id(), same: bool) {
        let mut message = heard(1, 1, &id, "hi");
        message.peer_id = Some(if same { id.clone() } else { peer_id });
        let mut db = memory();
        db.write_messages([message.clone()]);
        prop_assert_eq!(db.log_of(None), [message.clone()]);
        let peer_id = message.peer_id.unwrap();
        prop_assert_eq!(db.is_known(1, &peer_id, "hi"), Known::Repeat);
        prop_assert_eq!(db.is_known(1, &peer_id, "ho"), Known::Taken);
        prop_assert_eq!(db.is_known(2, &peer_id, "hi"), Known::New);
    }
}
