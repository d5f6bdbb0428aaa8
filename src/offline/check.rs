//! `enclave-irc check`: what is wrong with the files, or what would be used.

use std::io;
use std::path::Path;

use super::Output;
use super::list::list;
use crate::book::{self, Book};
use crate::cli::Exit;
use crate::config::{self, Config, OwnAddress, Paths, certificate, format_duration, format_size};
use crate::irc::tls::Identity;
use crate::problem::Problem;

/// How long before its certificate expires a person is told.
#[cfg(feature = "tls")]
const EXPIRES_SOON: jiff::SignedDuration = jiff::SignedDuration::from_hours(14 * 24);

/// Reads both files and tells everything that is wrong with them
/// ([`Exit::Wrong`]), or what would be used.
///
/// # Errors
/// When the output cannot be written.
pub fn check(paths: &Paths, output: &mut Output<'_>) -> io::Result<Exit> {
    let Checked {
        config,
        book,
        identity,
    } = match read(paths) {
        Ok(checked) => checked,
        Err(problems) => {
            output.problems(&problems)?;
            return Ok(Exit::Wrong);
        }
    };
    report(paths, &config, identity.as_ref(), &book, output)?;
    for told in config::open_to_others(paths) {
        writeln!(output.err, "warning: {told}")?;
    }
    warn(&config, &book, output)?;
    #[cfg(feature = "tls")]
    if let Some(identity) = identity {
        warn_of_expiry(&identity, output)?;
        warn_of_open_key(&paths.key(&config.irc), output)?;
    }
    Ok(Exit::Done)
}

/// Files that are right.
pub(super) struct Checked {
    pub config: Config,
    pub book: Book,
    /// The certificate, where a door needs one.
    pub identity: Option<Identity>,
}

/// Reads all files that a person writes.
///
/// # Errors
/// With everything that is wrong with them.
pub(super) fn read(paths: &Paths) -> Result<Checked, Vec<Problem>> {
    let mut problems = Vec::new();
    let config = config::load(paths).unwrap_or_else(|found| {
        problems.extend(found);
        Config::default()
    });
    // Where the configuration is wrong, these are not the files it means.
    let identity = match problems.is_empty() {
        true => certificate::load(paths, &config.irc).unwrap_or_else(|found| {
            problems.extend(found);
            None
        }),
        false => None,
    };
    let book = book::load(&paths.contacts, &config.reserved_nicks()).unwrap_or_else(|found| {
        problems.extend(found);
        Book::default()
    });
    problems.extend(own_address_in_book(paths, &config, &book));
    match problems.is_empty() {
        true => Ok(Checked {
            config,
            book,
            identity,
        }),
        false => Err(problems),
    }
}

/// A node cannot be its own contact. Only a configured address is known here.
fn own_address_in_book(paths: &Paths, config: &Config, book: &Book) -> Option<Problem> {
    let OwnAddress::Given(own) = config.enclave.address else {
        return None;
    };
    let contact = book.by_address(own)?;
    let what = format!("the address of {} ({own}) is our own", contact.nick);
    let remedy = "write the address that they gave you, or remove the contact";
    Some(Problem::of_file(&paths.contacts, what, remedy))
}

fn report(
    paths: &Paths,
    config: &Config,
    identity: Option<&Identity>,
    book: &Book,
    output: &mut Output<'_>,
) -> io::Result<()> {
    let out = &mut *output.out;
    let file = |file: &Path, without: &str| match file.exists() {
        true => file.display().to_string(),
        false => format!("{} (not there, which is fine: {without})", file.display()),
    };
    let Config { enclave, irc, .. } = config;
    let join = |items: Vec<String>| items.join(", ");
    let address = match enclave.address {
        OwnAddress::Auto => "every one of this machine in these networks".to_owned(),
        OwnAddress::Given(address) => address.to_string(),
    };
    let or = |text: &str, otherwise: &str| match text {
        "" => otherwise.to_owned(),
        text => text.to_owned(),
    };
    let channel = irc.channel.as_deref().unwrap_or_default();
    let max_frame = format_size(enclave.max_frame as u64);
    let networks = enclave.networks.iter().map(ToString::to_string).collect();
    let doors = irc.listen.iter().map(ToString::to_string).collect();
    for (label, value) in [
        ("configuration", file(&paths.config, "the defaults hold")),
        ("address book", file(&paths.contacts, "it is empty")),
        ("state", paths.store(&config.store).display().to_string()),
        ("history", config.store.history.to_string()),
        ("networks", join(networks)),
        ("own address", address),
        (
            "interface",
            or(&enclave.interface, "the one with our address"),
        ),
        ("port", enclave.port.to_string()),
        ("alias", or(&enclave.alias, "the nick a client last set")),
        ("detached", enclave.detached.to_string()),
        ("grace", format_duration(enclave.grace)),
        ("largest packet", max_frame),
        ("delivery", enclave.delivery.to_string()),
        ("IRC clients", join(doors)),
        ("allowed", irc.allow.to_string()),
        ("password", irc.password.to_string()),
        ("certificate", certificate_text(paths, config, identity)),
        (
            "web pages",
            or(&irc.origins.join(", "), "only of our own host"),
        ),
        ("server name", irc.server_name.clone()),
        ("channel", or(channel, "none")),
        ("log level", config.log.level.to_string()),
    ] {
        writeln!(out, "{:16}{value}", format!("{label}:"))?;
    }
    writeln!(out)?;
    list(book, out)
}

/// Where the certificate is, and how long it is good for.
#[cfg(feature = "tls")]
fn certificate_text(paths: &Paths, config: &Config, identity: Option<&Identity>) -> String {
    let Some(identity) = identity else {
        return "none is needed".to_owned();
    };
    let file = paths.certificate(&config.irc);
    let until = identity.expires().map_or_else(String::new, |expires| {
        format!(", until {}", expires.strftime("%Y-%m-%d"))
    });
    format!(
        "{}{until}, SHA-256 {}",
        file.display(),
        identity.fingerprint()
    )
}

#[cfg(not(feature = "tls"))]
fn certificate_text(_: &Paths, _: &Config, _: Option<&Identity>) -> String {
    "none is needed".to_owned()
}

/// What is possible and perhaps not meant.
fn warn(config: &Config, book: &Book, output: &mut Output<'_>) -> io::Result<()> {
    let networks = &config.enclave.networks;
    for contact in &book.contacts {
        let address = contact.address;
        if !networks.iter().any(|network| network.contains(address)) {
            writeln!(
                output.err,
                "warning: {} ({address}) is in none of the networks we believe, so nothing \
                 will connect us; add its network to networks in [enclave]",
                contact.nick
            )?;
        }
    }
    Ok(())
}

/// A certificate that has expired, or soon will: clients refuse it.
#[cfg(feature = "tls")]
fn warn_of_expiry(identity: &Identity, output: &mut Output<'_>) -> io::Result<()> {
    let now = jiff::Timestamp::now();
    match identity.expires() {
        Some(expires) if expires < now => writeln!(
            output.err,
            "warning: the certificate has expired, so clients will refuse it; get a new one"
        ),
        Some(expires) if expires.duration_since(now) < EXPIRES_SOON => writeln!(
            output.err,
            "warning: the certificate expires in less than {} days",
            EXPIRES_SOON.as_hours() / 24
        ),
        _ => Ok(()),
    }
}

/// A key that others can read is theirs too.
#[cfg(feature = "tls")]
fn warn_of_open_key(key: &Path, output: &mut Output<'_>) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    const OTHERS: u32 = 0o007;
    let mode = key.metadata().map(|metadata| metadata.permissions().mode());
    if mode.is_ok_and(|mode| mode & OTHERS != 0) {
        let key = key.display();
        writeln!(
            output.err,
            "warning: others can read the key; chmod 600 {key}"
        )?;
    }
    Ok(())
}
