use super::*;

use std::fs;

use tokio::task::LocalSet;

use crate::daemon::input;

fn paths(folder: &tempfile::TempDir) -> Paths {
    Paths {
        config: folder.path().join("config.toml"),
        config_is_named: false,
        contacts: folder.path().join("contacts.toml"),
        state_dir: folder.path().join("state"),
    }
}

fn add(last: u16) -> Change {
    Change::Add {
        name: format!("Friend {last}"),
        address: format!("fc00::{last}").parse().unwrap(),
        nick: None,
    }
}

#[test]
fn what_is_wrong_with_either_file_is_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let paths = paths(&folder);
    assert!(read_both(&paths).is_ok());
    fs::write(&paths.config, "[enclave]\nprot = 1\n").unwrap();
    fs::write(&paths.contacts, "[[contact]]\nname = \"x\"\n").unwrap();
    let problems = read_both(&paths).unwrap_err();
    let files: Vec<_> = problems.iter().map(|problem| &problem.file).collect();
    assert_eq!(files, [&paths.config, &paths.contacts]);
}

#[tokio::test]
async fn changes_and_reading_happen_one_after_the_other() {
    let test = async {
        let folder = tempfile::tempdir().unwrap();
        let (inbox, mut inputs) = input::channel();
        let files = Files::new(&paths(&folder), &Config::default(), inbox);
        assert!(files.change(ChangeId(1), add(1)).is_none());
        assert!(files.change(ChangeId(2), add(1)).is_none());
        files.reload();
        assert!(files.change(ChangeId(3), add(2)).is_none());

        let mut seen = Vec::new();
        while seen.len() < 4 {
            seen.push(match inputs.recv().await {
                Some(Input::Event(Event::BookChanged { change, outcome })) => {
                    (change.0, outcome.map(|book| book.contacts.len()))
                }
                Some(Input::Reloaded(both)) => (0, Ok(both.unwrap().book.contacts.len())),
                _ => panic!("something else"),
            });
        }
        assert_eq!(seen[0], (1, Ok(1)));
        assert_eq!(seen[1].0, 2);
        assert!(seen[1].1.as_ref().unwrap_err().contains("already"));
        assert_eq!(seen[2..], [(0, Ok(1)), (3, Ok(2))]);
    };
    LocalSet::new().run_until(test).await;
}

#[tokio::test]
async fn too_many_changes_are_refused_at_once() {
    let test = async {
        let folder = tempfile::tempdir().unwrap();
        let (inbox, _inputs) = input::channel();
        let files = Files::new(&paths(&folder), &Config::default(), inbox);
        for number in 0..JOBS as u64 {
            assert!(files.change(ChangeId(number), add(1)).is_none());
        }
        assert!(matches!(
            files.change(ChangeId(999), add(1)),
            Some(Event::BookChanged {
                change: ChangeId(999),
                outcome: Err(_),
            })
        ));
    };
    LocalSet::new().run_until(test).await;
}
