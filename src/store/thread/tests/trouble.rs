//! A disk that refuses, and files that are not what they were.

use super::*;

#[test]
fn a_full_disk_is_told_once_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let (store, reports) = start(Db::open(&path).unwrap());
    store.write(message(1, &long_text(1)));
    until_stored(&reports, 1);
    store.fill_disk(true);
    for seq in 2..=5 {
        store.write(message(seq, &long_text(seq)));
    }
    let Report::Trouble(told) = reported(&reports) else {
        panic!("no trouble");
    };
    assert!(told.contains(&path.display().to_string()), "{told}");
    assert!(told.contains("make room on its disk"), "{told}");
    store.ask(1, is_known(1, &long_text(1)));
    assert_eq!(reported(&reports), answered(1, Known::Repeat));
    assert_eq!(reports.recv_timeout(Duration::from_millis(200)).ok(), None);
    for seq in 6..=600 {
        store.write(message(seq, &long_text(seq)));
    }
    assert!(store.queued() >= 595 && store.queued_bytes() > 595 * 20_000);
    store.fill_disk(false);
    assert_eq!(until_stored(&reports, 600), [Report::Recovered]);
    assert_eq!((store.queued(), store.queued_bytes()), (0, 0));
    assert!(store.close());
    assert_eq!(texts(&path), (1..=600).map(long_text).collect::<Vec<_>>());
}

/// Somebody tidies up below a running gateway. What SQLite would go on writing, nobody would
/// ever find.
#[test]
fn nothing_is_called_stored_in_a_file_that_is_gone() {
    for name in ["store.db", "store.db-wal"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let (store, reports) = start(Db::open(&path).unwrap());
        for seq in 1..=2 {
            store.write(message(seq, &seq.to_string()));
            until_stored(&reports, seq);
        }
        let (there, away) = (folder.path().join(name), folder.path().join("away"));
        std::fs::rename(&there, &away).unwrap();
        store.write(message(3, "3"));
        let Report::Trouble(told) = reported(&reports) else {
            panic!("no trouble");
        };
        assert!(told.contains("removed or replaced"), "{told}");
        assert!(told.contains("restart"), "{told}");
        // What is there can still be read.
        store.ask(1, is_known(2, "2"));
        assert_eq!(reported(&reports), answered(1, Known::Repeat));
        // Another file in its place is not the same.
        std::fs::write(&there, "").unwrap();
        assert_eq!(reports.recv_timeout(Duration::from_millis(100)).ok(), None);
        std::fs::rename(&away, &there).unwrap();
        assert_eq!(until_stored(&reports, 3), [Report::Recovered]);
        assert!(store.close());
        assert_eq!(texts(&path), ["1", "2", "3"]);
    }
}

/// SQLite goes on writing behind the end of what is left, and finds out at the next start.
#[test]
fn nothing_is_called_stored_in_a_file_that_was_cut_off() {
    for (name, length) in [
        ("store.db", 0),
        ("store.db", 8192),
        ("store.db-wal", 0),
        ("store.db-wal", 10_000),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let (store, reports) = start(Db::open(&path).unwrap());
        for seq in 1..=3 {
            store.write(message(seq, &long_text(seq)));
            until_stored(&reports, seq);
        }
        let file = std::fs::OpenOptions::new()
            .write(true)
            .open(folder.path().join(name));
        file.unwrap().set_len(length).unwrap();
        store.write(message(4, "hi"));
        let Report::Trouble(told) = reported(&reports) else {
            panic!("no trouble");
        };
        assert!(told.contains("it was cut off by another program"), "{told}");
        assert!(told.contains("restore a backup"), "{told}");
        // Not even where something else has made it longer again.
        let file = std::fs::OpenOptions::new()
            .write(true)
            .open(folder.path().join(name));
        file.unwrap().set_len(1 << 20).unwrap();
        assert!(!store.close(), "{name} {length}");
    }
}

/// We empty the log ourselves where something was deleted.
#[test]
fn a_log_that_we_have_emptied_was_not_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let (store, reports) = start(Db::open(&path).unwrap());
    for seq in 1..=2 {
        store.write(message(seq, &long_text(seq)));
        until_stored(&reports, seq);
    }
    store.write(Write::Forget(1));
    until_stored(&reports, 3);
    store.write(message(3, &long_text(3)));
    assert_eq!(until_stored(&reports, 4), []);
    assert!(store.close());
    assert_eq!(texts(&path), [long_text(3)]);
}

#[test]
fn trouble_may_come_again() {
    let folder = tempfile::tempdir().unwrap();
    let (store, reports) = start(Db::open(&folder.path().join("store.db")).unwrap());
    for seq in 1..=3 {
        store.fill_disk(true);
        store.write(message(seq, &long_text(seq)));
        assert!(matches!(reported(&reports), Report::Trouble(_)));
        store.fill_disk(false);
        assert_eq!(until_stored(&reports, seq), [Report::Recovered]);
    }
}

#[test]
fn what_the_disk_refuses_to_the_end_is_owned_up_to() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let (store, reports) = start(Db::open(&path).unwrap());
    store.write(message(1, "hi"));
    until_stored(&reports, 1);
    store.fill_disk(true);
    store.write(message(2, &long_text(2)));
    assert!(!store.close());
    assert!(matches!(reported(&reports), Report::Trouble(_)));
    assert!(reports.recv().is_err());
    assert_eq!(texts(&path), ["hi"]);
}

#[test]
fn a_change_that_can_never_be_stored_does_not_hold_up_the_others() {
    let (store, reports) = start(Db::in_memory().unwrap());
    store.sql(
        "CREATE TRIGGER refuse BEFORE INSERT ON message WHEN new.text = 'refused'
         BEGIN SELECT RAISE(ABORT, 'no'); END",
    );
    store.write(message(1, "hi"));
    store.write(message(2, "refused"));
    store.write(message(3, "ho"));
    for seq in 1..=3 {
        store.ask(seq, is_known(seq, if seq == 1 { "hi" } else { "ho" }));
    }
    let mut others = until_stored(&reports, 3);
    while others.len() < 3 {
        others.push(reported(&reports));
    }
    let in_order = [
        answered(1, Known::Repeat),
        answered(2, Known::New),
        answered(3, Known::Repeat),
    ];
    assert_eq!(others, in_order);
}
