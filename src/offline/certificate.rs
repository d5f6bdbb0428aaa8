//! `enclave-irc certificate`: a certificate that is signed by itself, and its key.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::net::IpAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use jiff::civil::Date;
use jiff::{ToSpan, Zoned};
use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};

use super::Output;
use crate::cli::Exit;
use crate::config::{self, Config, OwnAddress, Paths, create_private_folder};
use crate::irc::tls;

/// For how long it is good, years. Nobody but its owner signs it, and clients that were told
/// its fingerprint have to be told again when it is replaced.
const YEARS: i16 = 10;

/// The longest name in a certificate, bytes: that of a host (RFC 1035).
const MAXIMUM_NAME: usize = 253;

/// A pair in PEM, and the fingerprint of the certificate.
struct Pair {
    certificate: String,
    key: String,
    fingerprint: String,
}

/// Makes a certificate for this machine, the hosts in `listen`, our own address, and `names`,
/// and writes it and its key to where the configuration has them.
///
/// # Errors
/// When the output cannot be written.
pub fn certificate(paths: &Paths, names: &[String], output: &mut Output<'_>) -> io::Result<Exit> {
    let config = match config::load(paths) {
        Ok(config) => config,
        Err(problems) => {
            output.problems(&problems)?;
            return Ok(Exit::Wrong);
        }
    };
    if let Some(wrong) = names.iter().find(|name| !is_name(name)) {
        writeln!(
            output.err,
            "enclave-irc: {wrong:?} is no name and no address"
        )?;
        return Ok(Exit::Wrong);
    }
    let names = all_names(&config, names);
    let (certificate, key) = (paths.certificate(&config.irc), paths.key(&config.irc));
    if let Some(there) = [&certificate, &key].into_iter().find(|file| file.exists()) {
        writeln!(
            output.err,
            "enclave-irc: {} is there already, and nothing is overwritten; move it away to \
             make a new one",
            there.display()
        )?;
        return Ok(Exit::Failed);
    }
    let made = make(&names, Zoned::now().date()).map_err(|error| error.to_string());
    let written = made.and_then(|pair| {
        write(&key, &pair.key, &certificate, &pair.certificate)?;
        Ok(pair)
    });
    match written {
        Ok(pair) => {
            let out = &mut *output.out;
            writeln!(out, "certificate: {}", certificate.display())?;
            writeln!(out, "key:         {} (keep it to yourself)", key.display())?;
            writeln!(out, "names:       {}", names.join(", "))?;
            writeln!(out, "SHA-256:     {}", pair.fingerprint)?;
            writeln!(
                out,
                "\nClients do not know who signed it, so have yours accept this fingerprint. \
                 Then add a door\nto listen in [irc], such as \"tls://localhost:6697\"."
            )?;
            Ok(Exit::Done)
        }
        Err(error) => {
            writeln!(output.err, "enclave-irc: {error}")?;
            Ok(Exit::Failed)
        }
    }
}

/// By all these names the machine may be called, each once, without brackets.
fn all_names(config: &Config, given: &[String]) -> Vec<String> {
    let host = rustix::system::uname();
    let host = host.nodename().to_string_lossy().into_owned();
    let own = match config.enclave.address {
        OwnAddress::Auto => None,
        OwnAddress::Given(address) => Some(address.to_string()),
    };
    let doors = config
        .irc
        .listen
        .iter()
        .flat_map(config::Listen::host_names);
    let bare = |name: String| name.trim_matches(['[', ']']).to_owned();
    let mut names = Vec::new();
    for name in (["localhost", "127.0.0.1", "::1"]
        .map(str::to_owned)
        .into_iter())
    .chain([host])
    .chain(own)
    .chain(doors.map(bare))
    .chain(given.iter().cloned())
    {
        if is_name(&name) && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Whether a name can stand in a certificate: an address, or letters, digits, hyphens, dots.
fn is_name(name: &str) -> bool {
    let valid = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
    let is_host = !name.is_empty() && name.len() <= MAXIMUM_NAME && name.bytes().all(valid);
    is_host || name.parse::<IpAddr>().is_ok()
}

fn make(names: &[String], today: Date) -> Result<Pair, rcgen::Error> {
    // ECDSA on P-256, which every client knows.
    let key = KeyPair::generate()?;
    let mut parameters = CertificateParams::new(names.to_vec())?;
    let mut subject = DistinguishedName::new();
    subject.push(DnType::CommonName, "enclave-irc");
    parameters.distinguished_name = subject;
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    // A day early, for clients whose clock is behind ours or in another zone.
    let first = today.saturating_sub(1.day());
    let last = first.saturating_add(YEARS.years());
    // A month and a day are never negative.
    let [first, last] = [first, last].map(|day| {
        let (month, of_month) = (day.month().unsigned_abs(), day.day().unsigned_abs());
        date_time_ymd(day.year().into(), month, of_month)
    });
    parameters.not_before = first;
    parameters.not_after = last;
    let certificate = parameters.self_signed(&key)?;
    Ok(Pair {
        fingerprint: tls::fingerprint(certificate.der()).to_string(),
        certificate: certificate.pem(),
        key: key.serialize_pem(),
    })
}

/// Writes both files or none, and never over another.
fn write(key_file: &Path, key: &str, file: &Path, certificate: &str) -> Result<(), String> {
    let failed =
        |file: &Path, error: io::Error| format!("cannot write {}: {error}", file.display());
    for file in [key_file, file] {
        if let Some(folder) = file
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            create_private_folder(folder).map_err(|error| failed(folder, error))?;
        }
    }
    write_new(key_file, key, 0o600).map_err(|error| failed(key_file, error))?;
    write_new(file, certificate, 0o644).map_err(|error| {
        // Ours, and of no use alone. What cannot be removed is told of by the next try.
        let _ = fs::remove_file(key_file);
        failed(file, error)
    })
}

fn write_new(file: &Path, text: &str, mode: u32) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(mode);
    let mut opened = options.open(file)?;
    let written = opened
        .write_all(text.as_bytes())
        .and_then(|()| opened.sync_all());
    if written.is_err() {
        // Half a file helps nobody, and is in the way of the next try.
        let _ = fs::remove_file(file);
    }
    written
}
