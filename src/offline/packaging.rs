//! What a package carries besides the program: manual pages and completions, made from the
//! definition of the command line, so that they cannot say anything else than it does.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::cli::{Cli, Exit};

/// Files and signals, in the page of the program itself; what `--help` has no room for.
const FILES: [(&str, &str); 4] = [
    (
        "~/.config/enclave-irc/config.toml",
        "The configuration. It need not be there. An example with every key and its default \
         comes with the program.",
    ),
    (
        "~/.config/enclave-irc/contacts.toml",
        "The address book. The program writes it too, and leaves comments as they are.",
    ),
    (
        "~/.local/state/enclave-irc/state.db",
        "Messages, what waits to be sent, and what else must outlive a restart.",
    ),
    (
        "/var/lib/enclave-irc/USER",
        "All of these, where the system runs the gateway as the service enclave-irc@USER.",
    ),
];

const SIGNALS: [(&str, &str); 2] = [
    (
        "SIGTERM, SIGINT",
        "Say goodbye to contacts and clients, and end.",
    ),
    ("SIGHUP", "Read configuration and address book again."),
];

const EXIT_STATUS: [(&str, &str); 3] = [
    ("0", "All went well."),
    ("1", "Something failed while it was running."),
    ("2", "Wrong usage, or a file that is wrong."),
];

const ENVIRONMENT: [(&str, &str); 3] = [
    (
        "XDG_CONFIG_HOME, XDG_STATE_HOME",
        "Where the files are, instead of ~/.config and ~/.local/state.",
    ),
    (
        "RUST_LOG",
        "The log level, or levels of modules (warn,enclave_irc::daemon=debug); it wins over the configuration.",
    ),
    (
        "NOTIFY_SOCKET",
        "Set by systemd: the gateway tells when it is ready, and how many contacts are online.",
    ),
];

/// Writes what `shell` needs to complete our commands.
///
/// # Errors
///
/// If it cannot be written.
pub fn completions(shell: Shell, out: &mut dyn Write) -> io::Result<Exit> {
    let mut command = Cli::command();
    let name = command.get_name().to_owned();
    // By way of memory, because the generator panics where it cannot write (`| head`).
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut script);
    out.write_all(&script)?;
    Ok(Exit::Done)
}

/// Writes the manual page of the program itself.
///
/// # Errors
///
/// If it cannot be written.
pub fn manual(out: &mut dyn Write) -> io::Result<Exit> {
    let [(_, page), ..] = &pages()?[..] else {
        return Ok(Exit::Failed);
    };
    out.write_all(page)?;
    Ok(Exit::Done)
}

/// Writes the manual pages of the program and all its commands into `folder`, which is made
/// where it is missing.
///
/// # Errors
///
/// If one of them cannot be written.
pub fn manuals(folder: &Path) -> io::Result<Exit> {
    fs::create_dir_all(folder)?;
    for (name, page) in pages()? {
        fs::write(folder.join(name), page)?;
    }
    Ok(Exit::Done)
}

/// All pages with their file names, that of the program itself first.
fn pages() -> io::Result<Vec<(String, Vec<u8>)>> {
    // A command `help` would have a page for every other command.
    let mut program = Cli::command().disable_help_subcommand(true);
    program.build();
    let mut pages = Vec::new();
    let mut waiting = vec![program];
    while let Some(command) = waiting.pop() {
        let shown = command.get_subcommands().filter(|one| !one.is_hide_set());
        waiting.extend(shown.cloned());
        let man = Man::new(command.clone()).manual("User Commands");
        pages.push((man.get_filename(), page(&man, &command, pages.is_empty())?));
    }
    Ok(pages)
}

fn page(man: &Man, command: &clap::Command, is_program: bool) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    man.render_title(&mut out)?;
    man.render_name_section(&mut out)?;
    man.render_synopsis_section(&mut out)?;
    man.render_description_section(&mut out)?;
    man.render_options_section(&mut out)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut out)?;
    }
    let mut more = Roff::new();
    if let Some(help) = command.get_after_help() {
        examples(&mut more, &help.to_string());
    }
    if is_program {
        list(&mut more, "FILES", &FILES);
        list(&mut more, "ENVIRONMENT", &ENVIRONMENT);
        list(&mut more, "SIGNALS", &SIGNALS);
        list(&mut more, "EXIT STATUS", &EXIT_STATUS);
    }
    more.to_writer(&mut out)?;
    Ok(out)
}

/// A section for examples, line by line. Their heading in `--help` is the section's here.
fn examples(page: &mut Roff, help: &str) {
    let lines = help
        .strip_prefix("Examples:")
        .or_else(|| help.strip_prefix("Example:"));
    page.control("SH", [if lines.is_some() { "EXAMPLES" } else { "NOTES" }]);
    page.control("nf", []);
    for line in lines.unwrap_or(help).trim_matches('\n').lines() {
        page.text([roman(line.trim())]);
    }
    page.control("fi", []);
}

/// A section of things and what is to be said of each.
fn list(page: &mut Roff, heading: &str, entries: &[(&str, &str)]) {
    page.control("SH", [heading]);
    for (what, text) in entries {
        page.control("TP", []);
        page.text([bold(*what)]);
        page.text([roman(*text)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every command that help shows, as one types it: `contact add`.
    fn commands() -> Vec<String> {
        fn below(command: &clap::Command, typed: &str, all: &mut Vec<String>) {
            for one in command.get_subcommands().filter(|one| !one.is_hide_set()) {
                let typed = format!("{typed} {}", one.get_name());
                below(one, &typed, all);
                all.push(typed.trim().to_owned());
            }
        }
        let mut all = Vec::new();
        below(&Cli::command(), "", &mut all);
        assert!(all.len() > 3, "{all:?}");
        all
    }

    #[test]
    fn every_command_has_a_manual_page_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("man");
        assert_eq!(manuals(&folder).unwrap(), Exit::Done);
        let mut expected: Vec<_> = (commands().iter())
            .map(|typed| format!("enclave-irc-{}.1", typed.replace(' ', "-")))
            .collect();
        expected.push("enclave-irc.1".to_owned());
        expected.sort();
        let entries = fs::read_dir(&folder).unwrap();
        let mut written: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        written.sort();
        assert_eq!(written, expected);
        for name in written {
            let page = fs::read_to_string(folder.join(&name)).unwrap();
            let title = name.trim_end_matches(".1");
            let page = page.replace("\\-", "-");
            for text in [
                &format!(".TH {title} 1"),
                ".SH NAME",
                ".SH SYNOPSIS",
                "--config",
            ] {
                assert!(page.contains(text), "{name} lacks {text}:\n{page}");
            }
        }
    }

    #[test]
    fn the_page_of_the_program_names_its_commands_and_files() {
        let mut page = Vec::new();
        assert_eq!(manual(&mut page).unwrap(), Exit::Done);
        let page = String::from_utf8(page).unwrap().replace("\\-", "-");
        let top = commands().into_iter().filter(|typed| !typed.contains(' '));
        for text in top
            .map(|typed| format!("enclave-irc-{typed}(1)"))
            .chain(["contacts.toml", ".SH EXAMPLES", "SIGHUP"].map(str::to_owned))
        {
            assert!(page.contains(&text), "{text} is not in:\n{page}");
        }
    }

    #[test]
    fn completions_know_every_command() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let mut script = Vec::new();
            assert_eq!(completions(shell, &mut script).unwrap(), Exit::Done);
            let script = String::from_utf8(script).unwrap();
            for typed in commands() {
                let name = typed.split(' ').next_back().unwrap();
                assert!(script.contains(name), "{shell}: {typed}\n{script}");
            }
            assert!(script.contains("config"), "{shell}");
        }
    }
}
