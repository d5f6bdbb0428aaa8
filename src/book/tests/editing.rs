use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use super::RESERVED;
use crate::book::*;
use crate::irc::nick::Nick;

const BOOK: &str = r#"# My people.
# (this file is under version control)

# From the club:
[[contact]]
name    = "John Smith"   # the tall one
address = "fc00::1"
nick    = "JohnSmith"

[[contact]] # not from the club
nick = "eve"
address = 'fc00:0:0::2'
name = "Eve"

# That is all.
"#;

fn folder_with(text: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("contacts.toml");
    fs::write(&file, text).unwrap();
    (folder, file)
}

fn address(text: &str) -> Address {
    text.parse().unwrap()
}

fn add(name: &str, to: &str, nick: Option<&str>) -> Change {
    Change::Add {
        name: name.to_owned(),
        address: address(to),
        nick: nick.map(|nick| Nick::new(nick).unwrap()),
    }
}

/// The text of [`BOOK`] after some changes.
fn after(changes: &[Change]) -> String {
    let (_folder, file) = folder_with(BOOK);
    for change in changes {
        let book = edit(&file, RESERVED, change).unwrap();
        assert_eq!(load(&file, RESERVED), Ok(book));
    }
    fs::read_to_string(&file).unwrap()
}

fn refused(change: &Change) -> String {
    let (_folder, file) = folder_with(BOOK);
    let error = edit(&file, RESERVED, change).unwrap_err().to_string();
    assert_eq!(fs::read_to_string(&file).unwrap(), BOOK);
    error
}

#[test]
fn a_new_contact_stands_below_everything_else() {
    assert_eq!(
        after(&[add("王伟", "::ffff:127.0.0.1", None)]),
        format!(
            "{BOOK}\n[[contact]]\nname = \"王伟\"\naddress = \"127.0.0.1\"\nnick = \"WangWei\"\n"
        )
    );
}

#[test]
fn a_changed_entry_keeps_its_look() {
    let rename = Change::Rename {
        address: address("fc00::1"),
        name: "Johnny \"J\" Smith".to_owned(),
        nick: None,
    };
    let block = Change::Block {
        address: address("fc00::2"),
    };
    assert_eq!(
        after(&[rename, block]),
        BOOK.replace("\"John Smith\"", "'Johnny \"J\" Smith'")
            .replace("JohnSmith", "JohnnyJSmith")
            .replace("name = \"Eve\"\n", "name = \"Eve\"\nblocked = true\n")
    );
}

#[test]
fn comments_above_a_removed_entry_stay() {
    let remove = |of| Change::Remove {
        address: address(of),
    };
    let without_john = after(&[remove("fc00::1")]);
    assert_eq!(
        without_john,
        "# My people.\n# (this file is under version control)\n\n# From the club:\n\
         [[contact]] # not from the club\nnick = \"eve\"\naddress = 'fc00:0:0::2'\n\
         name = \"Eve\"\n\n# That is all.\n"
    );
    assert_eq!(
        after(&[remove("fc00::1"), remove("fc00::2")]),
        "# My people.\n# (this file is under version control)\n\n# From the club:\n\n\
         # That is all.\n"
    );
    let anew = after(&[
        remove("fc00::2"),
        remove("fc00::1"),
        add("Al", "fc00::3", None),
    ]);
    assert!(anew.starts_with("# My people.\n"), "{anew}");
    assert!(anew.ends_with(
        "# That is all.\n\n[[contact]]\nname = \"Al\"\naddress = \"fc00::3\"\nnick = \"Al\"\n"
    ));
}

#[test]
fn the_first_contact_stands_below_the_example_text() {
    let example = include_str!("../../../config/contacts.toml");
    let (_folder, file) = folder_with(example);
    edit(&file, RESERVED, &add("Al", "fc00::3", None)).unwrap();
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.starts_with(example), "{text}");
}

#[test]
fn entries_on_one_line_can_be_changed_too() {
    let text = "contact = [\n  # first\n  { name = \"A\", address = \"fc00::1\" }, # tail\n]\n";
    let (_folder, file) = folder_with(text);
    edit(&file, RESERVED, &add("B", "fc00::2", None)).unwrap();
    let block = Change::Block {
        address: address("fc00::1"),
    };
    let book = edit(&file, RESERVED, &block).unwrap();
    assert_eq!(book.contacts.len(), 2);
    assert!(book.contacts[0].blocked);
    let remove = Change::Remove {
        address: address("fc00::1"),
    };
    let book = edit(&file, RESERVED, &remove).unwrap();
    assert_eq!(book.contacts[0].name, "B");
    let text = fs::read_to_string(&file).unwrap();
    assert!(
        text.contains("# first") && text.contains("# tail"),
        "{text}"
    );
}

#[test]
fn a_blocked_stranger_needs_no_name_and_can_become_a_contact() {
    let block = Change::Block {
        address: address("fc00::9"),
    };
    let unblock = Change::Unblock {
        address: address("fc00::9"),
    };
    let blocked = after(std::slice::from_ref(&block));
    assert_eq!(
        blocked,
        format!("{BOOK}\n[[contact]]\naddress = \"fc00::9\"\nblocked = true\n")
    );
    assert_eq!(after(&[block.clone(), block.clone()]), blocked);
    assert_eq!(after(&[block.clone(), unblock]), BOOK);
    let added = after(&[block, add("Al", "fc00::9", None)]);
    assert!(
        added.ends_with("blocked = false\nname = \"Al\"\nnick = \"Al\"\n"),
        "{added}"
    );
}

#[test]
fn what_cannot_be_done_is_said_and_changes_nothing() {
    let unknown = address("fc00::9");
    assert!(refused(&add("John", "fc00::1", None)).contains("already, as JohnSmith"));
    assert!(refused(&add("John", "fc00::3", Some("EVE"))).contains("eve is the nick of another"));
    assert!(refused(&add("John", "fc00::3", Some("Enclave"))).contains("cannot be a contact's"));
    assert!(refused(&add(" ", "fc00::3", None)).contains("is empty"));
    assert!(refused(&add("John", "::", None)).contains("no single machine"));
    assert!(refused(&Change::Remove { address: unknown }).contains("not in the address book"));
    assert!(refused(&Change::Unblock { address: unknown }).contains("not blocked"));
}

#[test]
fn a_bad_file_is_refused_and_stays() {
    let bad = "[[contact]]\nname = 'John'\n";
    let (_folder, file) = folder_with(bad);
    let error = edit(&file, RESERVED, &add("Al", "fc00::3", None)).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("contacts.toml:1: a contact without an address")
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), bad);
}

#[test]
fn nicks_that_were_made_are_written_once() {
    let (_folder, file) = folder_with("[[contact]]\nname = 'Al'\naddress = 'fc00::1' # here\n");
    let book = edit(&file, RESERVED, &Change::WriteNicks).unwrap();
    assert!(!book.derived);
    let text = fs::read_to_string(&file).unwrap();
    assert_eq!(
        text,
        "[[contact]]\nname = 'Al'\naddress = 'fc00::1' # here\nnick = \"Al\"\n"
    );
}

#[cfg(unix)]
mod files {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn mode(file: &std::path::Path) -> u32 {
        fs::metadata(file).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_new_file_and_its_folder_are_private() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("new/contacts.toml");
        edit(&file, RESERVED, &add("Al", "fc00::1", None)).unwrap();
        assert_eq!(mode(&file), 0o600);
        assert_eq!(mode(file.parent().unwrap()), 0o700);
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("[[contact]]\n"), "{text:?}");
    }

    #[test]
    fn links_stay_links_and_modes_stay_modes() {
        let (folder, file) = folder_with(BOOK);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        fs::create_dir(folder.path().join("home")).unwrap();
        let middle = folder.path().join("home/middle.toml");
        let link = folder.path().join("home/contacts.toml");
        symlink("../contacts.toml", &middle).unwrap();
        symlink("middle.toml", &link).unwrap();
        edit(&link, RESERVED, &add("Al", "fc00::3", None)).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(fs::symlink_metadata(&middle).unwrap().is_symlink());
        assert_eq!(load(&file, RESERVED).unwrap().contacts.len(), 3);
        assert_eq!(mode(&file), 0o644);
        let left: Vec<_> = fs::read_dir(folder.path().join("home")).unwrap().collect();
        assert_eq!(left.len(), 2, "{left:?}");
    }

    #[test]
    fn a_read_only_file_is_left_alone() {
        let (_folder, file) = folder_with(BOOK);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).unwrap();
        let error = edit(&file, RESERVED, &add("Al", "fc00::3", None)).unwrap_err();
        assert!(error.to_string().contains("read-only"), "{error}");
        assert_eq!(fs::read_to_string(&file).unwrap(), BOOK);
    }

    #[test]
    fn links_in_a_circle_are_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("contacts.toml");
        symlink("contacts.toml", &file).unwrap();
        let error = edit(&file, RESERVED, &Change::WriteNicks).unwrap_err();
        assert!(error.to_string().contains("symbolic links"), "{error}");
    }

    #[test]
    fn a_second_writer_waits_for_the_first() {
        let (folder, file) = folder_with(BOOK);
        let lock = fs::File::create(folder.path().join(".contacts.toml.lock")).unwrap();
        lock.lock().unwrap();
        let error = edit(&file, RESERVED, &add("Al", "fc00::3", None)).unwrap_err();
        assert!(matches!(error, EditError::Busy(_)), "{error}");
        let writer = std::thread::spawn({
            let file = file.clone();
            move || {
                edit(&file, RESERVED, &add("Al", "fc00::3", None)).map(|book| book.contacts.len())
            }
        });
        lock.unlock().unwrap();
        assert_eq!(writer.join().unwrap().unwrap(), 3);
    }

    #[test]
    fn writers_at_the_same_time_lose_nothing() {
        let (_folder, file) = folder_with(BOOK);
        std::thread::scope(|scope| {
            for number in 10..18 {
                let file = &file;
                scope.spawn(move || {
                    let change = add("Al", &format!("fc00::{number}"), None);
                    edit(file, RESERVED, &change).unwrap();
                });
            }
        });
        assert_eq!(load(&file, RESERVED).unwrap().contacts.len(), 10);
    }
}
