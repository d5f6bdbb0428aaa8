//! The command line: what is typed comes in, an exit code goes out.

use std::io::{self, IsTerminal};
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use enclave_irc::cli::{Cli, Command, Exit};
use enclave_irc::config::Paths;
use enclave_irc::offline::{self, Form, Output};
use enclave_irc::{daemon, demo};

fn main() -> ExitCode {
    let cli = command_line();
    let config = cli.config.as_deref();
    daemon::descriptors::outlive_file_limit();
    let exit = match &cli.command {
        None => daemon::run(config),
        Some(Command::Demo) => demo::run(),
        Some(Command::Check) => on_files(config, offline::check),
        Some(Command::Password) => {
            without_files(|output| offline::password(offline::ask_for_password, output))
        }
        #[cfg(feature = "tls")]
        Some(Command::Certificate { name }) => on_files(config, |paths, output| {
            offline::certificate(paths, name, output)
        }),
        Some(Command::Doctor { json }) => {
            let form = form(*json);
            on_files(config, |paths, output| offline::doctor(paths, form, output))
        }
        Some(Command::Contact(command)) => on_files(config, |paths, output| {
            offline::contact(paths, command, output)
        }),
        Some(Command::Completions { shell }) => {
            said(offline::completions(*shell, &mut io::stdout()))
        }
        Some(Command::Man { out: None }) => said(offline::manual(&mut io::stdout())),
        Some(Command::Man { out: Some(folder) }) => said(offline::manuals(folder)),
    };
    exit.into()
}

/// What was typed. Where that is nothing, and a gateway is to run for years, the parser, its
/// help texts and what it needs of both are not even built.
fn command_line() -> Cli {
    if std::env::args_os().len() > 1 {
        Cli::parse()
    } else {
        Cli::default()
    }
}

/// Colours are for terminals, and for people who have not asked for none (no-color.org).
fn form(json: bool) -> Form {
    if json {
        return Form::Json;
    }
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|set| !set.is_empty());
    Form::Text {
        colours: io::stdout().is_terminal() && !unwanted,
    }
}

/// How to end after something was to be written.
fn said(outcome: io::Result<Exit>) -> Exit {
    match outcome {
        Ok(exit) => exit,
        // Whoever has read enough (`enclave-irc man | head`) needs no complaint.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Failed,
        Err(error) => {
            eprintln!("enclave-irc: {error}");
            Exit::Failed
        }
    }
}

/// Does what needs the files and a terminal, but no gateway.
fn on_files(
    config: Option<&Path>,
    act: impl FnOnce(&Paths, &mut Output<'_>) -> io::Result<Exit>,
) -> Exit {
    let paths = match Paths::find(config) {
        Ok(paths) => paths,
        Err(text) => {
            eprintln!("enclave-irc: {text}");
            return Exit::Wrong;
        }
    };
    without_files(|output| act(&paths, output))
}

/// Does what needs a terminal alone.
fn without_files(act: impl FnOnce(&mut Output<'_>) -> io::Result<Exit>) -> Exit {
    let mut output = Output {
        out: &mut io::stdout(),
        err: &mut io::stderr(),
    };
    // Output that cannot be written has nobody to complain to (`enclave-irc check | head`).
    act(&mut output).unwrap_or(Exit::Failed)
}
