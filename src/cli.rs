//! What can be typed on the command line.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use clap_complete::Shell;

use crate::enclave::address::Address;

/// The command line as a whole.
#[derive(Clone, Debug, Default, Parser)]
#[command(
    version,
    about = "A complete Enclave node that you use from your IRC client",
    long_about = "A complete Enclave node that you use from your IRC client.\n\n\
        Without a command it runs until it is told to stop. Connect an IRC client to \
        localhost:6667: every contact is a nick there, and /msg enclave help tells the rest.",
    after_help = EXAMPLES
)]
pub struct Cli {
    /// Configuration file; the address book is contacts.toml beside it
    ///
    /// Without this, it is enclave-irc/config.toml in $XDG_CONFIG_HOME (which is ~/.config
    /// where it is not set), and need not be there.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// What to do; none: run the gateway.
    #[command(subcommand)]
    pub command: Option<Command>,
}

const EXAMPLES: &str = "\
Examples:
  enclave-irc                     run the gateway
  enclave-irc demo                try it, without a mesh network and without any file
  enclave-irc check               look whether configuration and address book are right
  enclave-irc doctor              look at everything: the mesh, the ports, who answers
  enclave-irc contact add fcec:ae97:8902:d810:6c92:ec67:efb2:3ec5 John Smith";

/// What to do instead of running the gateway.
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum Command {
    /// Try it: a gateway on localhost:6667 with a friend to talk to
    ///
    /// Needs no mesh network, and leaves nothing behind.
    Demo,
    /// Say what is wrong with the configuration and the address book, or what would be used
    Check,
    /// Say what is wrong with everything: files, mesh, ports, store, contacts; and what to do
    #[command(long_about = DOCTOR, after_help = DOCTOR_ENDS)]
    Doctor {
        /// Write a JSON object for each finding, one on a line
        #[arg(long)]
        json: bool,
    },
    /// Look at the address book, or change it
    #[command(subcommand, after_help = CONTACT_EXAMPLES)]
    Contact(ContactCommand),
    /// Make the hash of a password, for clients that connect from elsewhere
    ///
    /// Asks for it without showing it; where there is no terminal, it is the first line of
    /// standard input. Put what is printed under `[irc]` into the configuration.
    Password,
    /// Make a certificate and its key, for tls:// in `[irc] listen`
    ///
    /// Signed by itself and good for ten years, for this machine's name, the hosts in
    /// listen, and the names given here. Nothing is overwritten.
    #[cfg(feature = "tls")]
    Certificate {
        /// More names or addresses by which your clients reach this machine
        name: Vec<String>,
    },
    /// Print what a shell needs to complete the commands of this program
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page, or write the pages of all commands into a folder
    ///
    /// For those who make packages.
    #[command(hide = true)]
    Man {
        /// Write all pages into this folder, which is made where it is missing
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
}

const DOCTOR: &str = "\
Say what is wrong with everything: files, mesh, ports, store, contacts; and what to do.

It changes nothing. While a gateway runs, contacts are not dialled: the kernel is asked with \
whom the gateway is connected. Otherwise each contact is dialled, told nothing, and hung up on \
after its first packet. Whether a firewall keeps others out, only a contact can tell.";

const DOCTOR_ENDS: &str = "\
Each finding is a line: ok, warn or fail, what was looked at, what was found, and behind an
arrow what to do about it. With --json it is an object with the keys check, subject, status,
finding and remedy; remedy is null where nothing is to be done.

Exit code: 0 if nothing fails, 1 if something does, 2 if a file is wrong.";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  enclave-irc completions bash > ~/.local/share/bash-completion/completions/enclave-irc
  enclave-irc completions zsh > ~/.zfunc/_enclave-irc
  enclave-irc completions fish > ~/.config/fish/completions/enclave-irc.fish";

const CONTACT_EXAMPLES: &str = "\
Examples:
  enclave-irc contact add fcec:ae97:8902:d810:6c92:ec67:efb2:3ec5 John Smith
  enclave-irc contact rename JohnSmith Johnny
  enclave-irc contact block Johnny
  enclave-irc contact remove Johnny";

/// What to do with the address book.
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum ContactCommand {
    /// Show all contacts: nick, address, name
    List,
    /// Add a contact
    #[command(after_help = "Example: enclave-irc contact add fc12:3456:789a::1 John Smith")]
    Add {
        /// The address they gave you
        address: Address,
        /// What you call them; the nick is made from it
        #[arg(required = true)]
        name: Vec<String>,
    },
    /// Take a contact out of the address book
    #[command(after_help = "Example: enclave-irc contact remove JohnSmith")]
    Remove {
        /// Nick of the contact
        nick: String,
    },
    /// Give a contact another name, and the nick that is made from it
    #[command(after_help = "Example: enclave-irc contact rename JohnSmith Johnny")]
    Rename {
        /// Nick of the contact
        nick: String,
        /// What you call them from now on
        #[arg(required = true)]
        name: Vec<String>,
    },
    /// Shut out a contact or an address
    #[command(after_help = "Example: enclave-irc contact block fc12:3456:789a::1")]
    Block {
        /// Nick of the contact, or any address
        #[arg(value_name = "NICK|ADDRESS")]
        who: String,
    },
    /// Let in a contact or an address again
    #[command(after_help = "Example: enclave-irc contact unblock fc12:3456:789a::1")]
    Unblock {
        /// Nick of the contact, or any address
        #[arg(value_name = "NICK|ADDRESS")]
        who: String,
    },
}

/// How the program ends, as other programs see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All went well: 0.
    Done,
    /// Something failed while it was running: 1.
    Failed,
    /// Wrong usage, or files that are wrong: 2, as clap has it for wrong usage.
    Wrong,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;
    use clap::error::ErrorKind;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split(' '))
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn nothing_means_run() {
        let cli = parse("enclave-irc").unwrap();
        assert_eq!((cli.command, cli.config), (None, None));
        let cli = parse("enclave-irc --config a.toml").unwrap();
        assert_eq!((cli.command, cli.config), (None, Some("a.toml".into())));
    }

    #[test]
    fn the_file_may_be_named_before_and_behind_the_command() {
        for line in [
            "enclave-irc --config a.toml check",
            "enclave-irc check --config a.toml",
        ] {
            let cli = parse(line).unwrap();
            assert_eq!(cli.command, Some(Command::Check));
            assert_eq!(cli.config, Some("a.toml".into()));
        }
    }

    #[test]
    fn a_name_needs_no_quotes() {
        let cli = parse("enclave-irc contact add fc00::1 John Smith --config a").unwrap();
        let Some(Command::Contact(ContactCommand::Add { address, name })) = cli.command else {
            panic!("{:?}", cli.command);
        };
        assert_eq!(address.to_string(), "fc00::1");
        assert_eq!(name, ["John", "Smith"]);
    }

    #[test]
    fn wrong_usage_is_exit_code_2() {
        for line in [
            "enclave-irc run",
            "enclave-irc contact",
            "enclave-irc contact add fc00::1",
            "enclave-irc contact add John fc00::1",
            "enclave-irc contact remove",
            "enclave-irc --config",
        ] {
            assert_eq!(parse(line).unwrap_err().exit_code(), 2, "{line}");
        }
        let version = parse("enclave-irc --version").unwrap_err();
        assert_eq!(version.kind(), ErrorKind::DisplayVersion);
        assert_eq!(version.exit_code(), 0);
    }
}
