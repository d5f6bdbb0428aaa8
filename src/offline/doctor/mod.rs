//! `enclave-irc doctor`: what is wrong, from the files to the contacts, and what to do.
//!
//! The thin part, [`gather`], asks the machine; what the answers mean is decided without
//! it, in the other modules. Nothing is changed, and nothing of what peers say is shown.
//!
//! A running gateway is looked at from outside, in the kernel's tables. Its contacts are
//! not dialled beside it: a second connection would compete with the one it has. Nor is it
//! asked as an IRC client: one that attaches is played what was said, takes the notices
//! that wait for the person, and changes what contacts see.

mod contacts;
mod finding;
mod gather;
mod mesh;
mod reach;
mod state;

use std::io;

use self::contacts::{Attempt, cannot_be_told};
use self::finding::{Finding, Status};
use self::gather::{Dialler, Links};
use super::Output;
use super::check::{Checked, read};
use crate::book::Book;
use crate::cli::Exit;
use crate::config::{Config, Paths};
use crate::daemon::lock::Holder;
use crate::daemon::run_local;
use crate::enclave::address::Address;
use crate::enclave::own::{Own, address_towards};
use crate::problem::Problem;

/// How findings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A line each for a person.
    Text {
        /// With colours, for a terminal.
        colours: bool,
    },
    /// A JSON object each, one on a line.
    Json,
}

/// Looks at everything, and tells each finding as soon as it is known. Files that are
/// wrong end it with [`Exit::Wrong`], since all else depends on them; a finding that fails
/// with [`Exit::Failed`].
///
/// # Errors
/// When the output cannot be written.
pub fn doctor(paths: &Paths, form: Form, output: &mut Output<'_>) -> io::Result<Exit> {
    let Checked { config, book, .. } = match read(paths) {
        Ok(checked) => checked,
        Err(problems) => {
            for problem in &problems {
                tell(&of_file(problem), form, output)?;
            }
            return Ok(Exit::Wrong);
        }
    };
    let mut exit = Exit::Done;
    let told = run_local(async {
        let mut written = Ok(());
        let mut found = |finding: Finding| {
            if finding.status == Status::Fail {
                exit = Exit::Failed;
            }
            if written.is_ok() {
                written = tell(&finding, form, output);
            }
            written.is_ok()
        };
        examine(paths, &config, &book, &mut found).await;
        Ok(written)
    });
    match told {
        Ok(written) => written.map(|()| exit),
        Err(failure) => {
            writeln!(output.err, "{failure}")?;
            Ok(Exit::Failed)
        }
    }
}

fn tell(finding: &Finding, form: Form, output: &mut Output<'_>) -> io::Result<()> {
    match form {
        Form::Text { colours } => writeln!(output.out, "{}", finding.line(colours)),
        Form::Json => writeln!(output.out, "{}", finding.json()),
    }
}

fn of_file(problem: &Problem) -> Finding {
    let line = problem.line.map(|line| format!(":{line}"));
    let subject = format!("{}{}", problem.file.display(), line.unwrap_or_default());
    Finding::fail("files", subject, &problem.what, &problem.remedy)
}

/// Looks at everything but the files. Ends early where `found` says that nobody listens.
async fn examine(
    paths: &Paths,
    config: &Config,
    book: &Book,
    found: &mut impl FnMut(Finding) -> bool,
) {
    let store = paths.store(&config.store);
    let gateway = gather::gateway(&paths.state_dir, &store);
    let mut local = vec![
        Finding::ok("files", "", "configuration and address book are right"),
        reach::gateway(gateway),
    ];
    let own = match gather::mesh(config) {
        Ok(mesh) => {
            local.extend(mesh.findings());
            mesh.own
        }
        Err(error) => {
            let finding = format!("the system does not tell its addresses ({error})");
            let remedy = "may this user ask for them? Is /proc or /sys closed?";
            local.push(Finding::fail("address", "", finding, remedy));
            Vec::new()
        }
    };
    for own in &own {
        let port = gather::port(own, config.enclave.port).await;
        local.extend(port.findings(gateway));
    }
    for listen in &config.irc.listen {
        local.push(gather::door(listen).finding(gateway));
    }
    let contacts = book.contacts.len();
    let state = gather::state(&paths.state_dir, &store, gateway.is_some(), contacts);
    local.extend(state.findings());
    if local.into_iter().all(&mut *found) {
        examine_contacts(config, book, &own, gateway, found).await;
    }
}

/// What becomes of one contact.
enum Pending {
    Known(Attempt),
    Dialled(tokio::task::JoinHandle<Attempt>),
}

async fn examine_contacts(
    config: &Config,
    book: &Book,
    own: &[Own],
    gateway: Option<Holder>,
    found: &mut impl FnMut(Finding) -> bool,
) {
    let settings = &config.enclave;
    let addresses: Vec<Address> = own.iter().map(|own| own.address).collect();
    let links = match gateway {
        None => None,
        Some(_) => match Links::read(&addresses, settings.port) {
            None if book.contacts.is_empty() => return,
            None => {
                found(cannot_be_told());
                return;
            }
            links => links,
        },
    };
    let dialler = Dialler::new(settings.port, settings.max_frame);
    let begin = |contact: &crate::book::Contact| {
        let to = contact.address;
        let known = Pending::Known;
        if contact.blocked {
            return known(Attempt::Blocked);
        }
        if addresses.contains(&to) {
            return known(Attempt::Ourselves);
        }
        if !settings.networks.iter().any(|network| network.contains(to)) {
            return known(Attempt::Outside);
        }
        if let Some(links) = &links {
            return known(links.with(to));
        }
        let from = address_towards(&addresses, &settings.networks, to);
        match own.iter().find(|own| Some(own.address) == from) {
            Some(from) => Pending::Dialled(dialler.dial(from.clone(), to)),
            None => known(Attempt::NoWay),
        }
    };
    let pending: Vec<Pending> = book.contacts.iter().map(begin).collect();
    for (contact, pending) in book.contacts.iter().zip(pending) {
        let attempt = match pending {
            Pending::Known(attempt) => attempt,
            Pending::Dialled(attempt) => attempt.await.unwrap_or(Attempt::Local),
        };
        if !found(attempt.finding(contact.nick.as_str(), contact.address)) {
            return;
        }
    }
}

#[cfg(test)]
mod tests;
