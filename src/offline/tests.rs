use std::fs;

use tempfile::TempDir;

use super::*;
use crate::cli::{ContactCommand, Exit};
use crate::config::Paths;

struct Desk {
    _folder: TempDir,
    paths: Paths,
}

/// What a command said and how it ended.
struct Said {
    exit: Exit,
    out: String,
    err: String,
}

impl Desk {
    fn new(config: Option<&str>, contacts: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths {
            config: folder.path().join("config.toml"),
            config_is_named: false,
            contacts: folder.path().join("contacts.toml"),
            state_dir: folder.path().join("state"),
        };
        for (file, text) in [(&paths.config, config), (&paths.contacts, contacts)] {
            if let Some(text) = text {
                fs::write(file, text).unwrap();
            }
        }
        Self {
            _folder: folder,
            paths,
        }
    }

    fn run(&self, command: impl Fn(&Paths, &mut Output<'_>) -> io::Result<Exit>) -> Said {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut output = Output {
            out: &mut out,
            err: &mut err,
        };
        let exit = command(&self.paths, &mut output).unwrap();
        let [out, err] = [out, err].map(|bytes| String::from_utf8(bytes).unwrap());
        Said { exit, out, err }
    }

    fn check(&self) -> Said {
        self.run(check)
    }

    fn contact(&self, command: ContactCommand) -> Said {
        self.run(|paths, output| contact(paths, &command, output))
    }
}

fn add(address: &str, name: &[&str]) -> ContactCommand {
    ContactCommand::Add {
        address: address.parse().unwrap(),
        name: name.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn without_any_file_check_tells_the_defaults() {
    let said = Desk::new(None, None).check();
    assert_eq!(said.exit, Exit::Done);
    assert_eq!(said.err, "");
    assert!(
        said.out
            .contains("config.toml (not there, which is fine: the defaults hold)")
    );
    assert!(
        said.out.contains("networks:       fc00::/8\n"),
        "{}",
        said.out
    );
    assert!(said.out.contains("IRC clients:    localhost:6667\n"));
    assert!(said.out.contains("No contacts yet."));
}

#[test]
fn check_tells_what_is_wrong_with_both_files() {
    let desk = Desk::new(
        Some("[irc]\nlistne = []\n"),
        Some("[[contact]]\nname = 'John'\n"),
    );
    let said = desk.check();
    assert_eq!(said.exit, Exit::Wrong);
    assert_eq!(said.out, "");
    let lines: Vec<_> = said.err.lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(
        lines[0]
            .ends_with("config.toml:2: unknown key \"listne\" in [irc]; did you mean \"listen\"?")
    );
    assert!(lines[1].contains("contacts.toml:1: a contact without an address;"));
}

#[test]
fn check_warns_of_contacts_whom_nothing_connects() {
    let book = "[[contact]]\nname = 'Eve'\naddress = '200::1'\n\
                [[contact]]\nname = 'Al'\naddress = 'fc00::1'\n";
    let said = Desk::new(None, Some(book)).check();
    assert_eq!(said.exit, Exit::Done);
    assert!(
        said.err
            .starts_with("warning: Eve (200::1) is in none of the networks")
    );
    assert_eq!(said.err.lines().count(), 1);
    assert!(said.out.contains("Al    fc00::1  Al\n"), "{}", said.out);
}

#[test]
fn our_own_address_is_no_contact() {
    let config = "[enclave]\naddress = 'fc00::1'\n";
    let book = "[[contact]]\nname = 'Me'\naddress = 'fc00::1'\n";
    let said = Desk::new(Some(config), Some(book)).check();
    assert_eq!(said.exit, Exit::Wrong);
    assert!(
        said.err.contains("the address of Me (fc00::1) is our own"),
        "{}",
        said.err
    );
}

#[test]
fn a_contact_lives_from_add_to_remove() {
    let desk = Desk::new(None, None);
    let said = desk.contact(add("FC00:0::1", &["John", "Smith"]));
    assert_eq!((said.exit, said.err.as_str()), (Exit::Done, ""));
    assert_eq!(said.out, "Added JohnSmith (fc00::1).\n", "no gateway runs");

    let said = desk.contact(ContactCommand::Rename {
        nick: "johnsmith".to_owned(),
        name: vec!["Johnny".to_owned()],
    });
    assert!(
        said.out
            .starts_with("JohnSmith (fc00::1) is now Johnny (fc00::1).\n")
    );

    let block = |who: &str| ContactCommand::Block {
        who: who.to_owned(),
    };
    assert!(
        desk.contact(block("Johnny"))
            .out
            .starts_with("Blocked Johnny (fc00::1).\n")
    );
    assert!(
        desk.contact(block("fc00::bad"))
            .out
            .starts_with("Blocked fc00::bad.\n")
    );
    let said = desk.contact(ContactCommand::List);
    assert_eq!(
        said.out,
        "NICK    ADDRESS  NAME\nJohnny  fc00::1  (blocked) Johnny\n\nBlocked addresses:\n  fc00::bad\n"
    );

    for (who, told) in [
        ("fc00::1", "Johnny (fc00::1) is no longer blocked.\n"),
        ("fc00::bad", "fc00::bad is no longer blocked.\n"),
    ] {
        let who = who.to_owned();
        assert!(
            desk.contact(ContactCommand::Unblock { who })
                .out
                .starts_with(told)
        );
    }
    let nick = "JOHNNY".to_owned();
    let said = desk.contact(ContactCommand::Remove { nick });
    assert!(said.out.starts_with("Removed Johnny (fc00::1).\n"));
    assert!(
        desk.contact(ContactCommand::List)
            .out
            .starts_with("No contacts yet.")
    );
}

#[test]
fn what_cannot_be_done_ends_with_2_and_a_hint() {
    let desk = Desk::new(
        None,
        Some("[[contact]]\nname = 'John'\naddress = 'fc00::1'\n"),
    );
    let before = fs::read_to_string(&desk.paths.contacts).unwrap();
    let nick = "Jonh".to_owned();
    let said = desk.contact(ContactCommand::Remove { nick });
    assert_eq!(said.exit, Exit::Wrong);
    assert_eq!(
        said.err,
        "no contact has the nick \"Jonh\"; did you mean John?\n"
    );
    let said = desk.contact(add("fc00::1", &["Eve"]));
    assert_eq!(said.exit, Exit::Wrong);
    assert!(said.err.contains("already, as John"));
    assert_eq!(fs::read_to_string(&desk.paths.contacts).unwrap(), before);
}

#[test]
fn a_bad_address_book_is_told_not_listed() {
    let said = Desk::new(None, Some("[[contact]]\n")).contact(ContactCommand::List);
    assert_eq!(said.exit, Exit::Wrong);
    assert_eq!(said.out, "");
    assert!(said.err.contains("contacts.toml:1:"));
}

#[test]
fn the_control_contact_and_its_nick_stay_apart() {
    let desk = Desk::new(None, None);
    let said = desk.contact(add("fc00::1", &["Enclave"]));
    assert!(
        said.out.starts_with("Added Enclave2 (fc00::1)."),
        "{}",
        said.out
    );
}

#[test]
fn a_list_fits_80_columns() {
    let mut text = String::new();
    for (index, name) in ["王".repeat(64), "x".repeat(64), "Al".to_owned()]
        .iter()
        .enumerate()
    {
        text += &format!(
            "[[contact]]\nname = '{name}'\naddress = 'fcec:ae97:8902:d810:6c92:ec67:efb2:3ec{index}'\n"
        );
    }
    let said = Desk::new(None, Some(&text)).contact(ContactCommand::List);
    assert_eq!(said.exit, Exit::Done, "{}", said.err);
    assert_eq!(said.out.lines().count(), 4);
    let columns = |line: &str| line.find("fcec").or(line.find("ADDRESS"));
    for line in said.out.lines() {
        assert!(crate::columns::width(line) <= 80, "{line}");
        assert_eq!(
            columns(line),
            columns(said.out.lines().next().unwrap()),
            "{line}"
        );
    }
}

#[cfg(feature = "tls")]
#[test]
fn check_warns_of_a_certificate_that_clients_will_not_take() {
    let said = |year| {
        let desk = Desk::new(Some("irc.listen = ['tls://localhost:6697']"), None);
        let (certificate, key) = crate::irc::tls::tests::pair_until(year);
        for (name, text) in [("certificate.pem", certificate), ("key.pem", key)] {
            fs::write(desk.paths.config.with_file_name(name), text).unwrap();
        }
        let key = desk.paths.config.with_file_name("key.pem");
        fs::set_permissions(key, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
        desk.check()
    };
    let (old, good) = (said(2001), said(2050));
    assert_eq!((old.exit, good.exit), (Exit::Done, Exit::Done));
    assert!(
        old.err.contains("the certificate has expired"),
        "{}",
        old.err
    );
    assert!(!good.err.contains("expire"), "{}", good.err);
    assert!(
        good.out
            .contains("certificate.pem, until 2050-01-02, SHA-256 "),
        "{}",
        good.out
    );
    assert!(good.err.contains("others can read the key"), "{}", good.err);
}

#[cfg(feature = "tls")]
#[test]
fn a_certificate_is_for_every_name_of_the_machine() {
    let config = "irc.listen = ['tls://[::1]:6697', 'localhost:6667']\n\
                  enclave.address = 'fc00::5'\n";
    let desk = Desk::new(Some(config), None);
    let names = ["irc.example.org".to_owned(), "localhost".to_owned()];
    let said = desk.run(|paths, output| certificate(paths, &names, output));
    assert_eq!(said.exit, Exit::Done, "{}", said.err);
    let line = said
        .out
        .lines()
        .find_map(|line| line.strip_prefix("names:"));
    let told: Vec<_> = line.unwrap().trim().split(", ").collect();
    for name in [
        "localhost",
        "127.0.0.1",
        "::1",
        "fc00::5",
        "irc.example.org",
    ] {
        let times = told.iter().filter(|told| **told == name).count();
        assert_eq!(times, 1, "{name}: {told:?}");
    }
    let shown = desk.check();
    assert_eq!(shown.exit, Exit::Done, "{}", shown.err);
    let next = jiff::Zoned::now().date().year() + 9;
    let valid = [next, next + 1].map(|year| shown.out.contains(&format!("until {year}-")));
    assert!(valid.contains(&true), "{}", shown.out);
    assert!(shown.err.is_empty(), "{}", shown.err);
}
