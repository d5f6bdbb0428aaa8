//! The person saves the file at the very moment when the program changes it.

use std::fs;

use super::RESERVED;
use crate::book::*;

/// It was lost where the editor wrote between the last look at the file and its
/// replacement: a contact added by hand was gone at the SIGHUP that followed.
#[test]
fn what_an_editor_saves_during_a_change_is_not_lost() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("contacts.toml");
    fs::write(&file, "").unwrap();
    for round in 0..150 {
        let saved =
            format!("# round {round}\n[[contact]]\nname = \"Jane\"\naddress = \"fc00::2\"\n");
        let block = Change::Block {
            address: format!("fc00::{:x}", 100 + round).parse().unwrap(),
        };
        std::thread::scope(|scope| {
            let change = scope.spawn(|| edit(&file, RESERVED, &block));
            // A different moment of the change in each round.
            let pause = std::time::Duration::from_micros(u64::from(fastrand::u32(..1500)));
            std::thread::sleep(pause);
            fs::write(&file, &saved).unwrap();
            match change.join().unwrap() {
                Ok(_) | Err(EditError::Busy(_)) => {}
                // It may have read what was half written.
                Err(EditError::Bad(_)) => {}
                Err(error) => panic!("{error}"),
            }
        });
        let text = fs::read_to_string(&file).unwrap();
        assert!(
            text.contains(&format!("# round {round}\n")),
            "lost in round {round}:\n{text}"
        );
        assert!(text.contains("Jane"), "{text}");
    }
}
