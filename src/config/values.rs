//! What single values of the configuration mean, and what is wrong with them.

use std::time::Duration;

use toml::de::DeValue;

use super::{
    History, Listen, MAXIMUM_ALIAS, MAXIMUM_FRAME, MAXIMUM_GRACE, MINIMUM_FRAME, OwnAddress,
    Secret, format_duration, format_size, parse_duration, parse_size,
};
use crate::enclave::address::Address;
use crate::enclave::network::Network;
use crate::irc::channel::{self, CHANNEL_LENGTH};
use crate::irc::listener::Fingerprint;
use crate::nearest::nearest;
use crate::problem::Mistake;
use crate::source::{text, wrong_type};

/// The longest name of an interface, bytes, on every system (`IFNAMSIZ` less its zero).
const MAXIMUM_INTERFACE: usize = 15;

/// The longest server name, bytes, as many IRC servers have it.
const MAXIMUM_SERVER_NAME: usize = 63;

type Parsed<T> = Result<T, Mistake>;

pub(super) fn address(value: &DeValue<'_>) -> Parsed<OwnAddress> {
    let example = "write \"auto\" or an address of this machine, such as \"fc12:3456::1\"";
    let written = value.as_str().ok_or_else(|| wrong_type(value, example))?;
    if written == "auto" {
        return Ok(OwnAddress::Auto);
    }
    let address: Address = written
        .parse()
        .map_err(|error| Mistake::new(format!("is {error}"), example))?;
    if address.ip().is_unspecified() || address.ip().is_multicast() {
        let what = format!("is {address}, which belongs to no single machine");
        return Err(Mistake::new(what, example));
    }
    Ok(OwnAddress::Given(address))
}

pub(super) fn interface(value: &DeValue<'_>) -> Parsed<String> {
    let name = text(value, "tun0")?;
    let valid = |character: char| !character.is_control() && !" /".contains(character);
    if name.len() > MAXIMUM_INTERFACE || !name.chars().all(valid) {
        return Err(Mistake::new(
            format!("is {name:?}, which no interface is called"),
            format!("write its name (at most {MAXIMUM_INTERFACE} bytes), or \"\" to have it found"),
        ));
    }
    Ok(name.to_owned())
}

pub(super) fn port(value: &DeValue<'_>) -> Parsed<u16> {
    let remedy = "write a number from 1 to 65535; every Enclave node uses 7776";
    match whole_number(value, remedy)?.try_into() {
        Ok(port) if port != 0 => Ok(port),
        _ => Err(Mistake::new("is not a port", remedy)),
    }
}

pub(super) fn network(value: &DeValue<'_>) -> Parsed<Network> {
    let written = text(value, "fc00::/8")?;
    written.parse().map_err(|error| {
        let remedy = "that of cjdns is \"fc00::/8\", that of Yggdrasil \"200::/7\"";
        Mistake::new(format!("is {error}"), remedy)
    })
}

pub(super) fn alias(value: &DeValue<'_>) -> Parsed<String> {
    let alias = text(value, "John Smith")?;
    let remedy = format!("write one line of at most {MAXIMUM_ALIAS} characters");
    if alias.chars().any(char::is_control) {
        return Err(Mistake::new(
            "holds a line break or a control character",
            remedy,
        ));
    }
    let length = alias.chars().count();
    if length > MAXIMUM_ALIAS {
        return Err(Mistake::new(format!("is {length} characters long"), remedy));
    }
    Ok(alias.to_owned())
}

pub(super) fn grace(value: &DeValue<'_>) -> Parsed<Duration> {
    let grace = parse_duration(text(value, "2m")?)?;
    if grace > MAXIMUM_GRACE {
        let most = format_duration(MAXIMUM_GRACE);
        let what = format!("is {}, which is too long", format_duration(grace));
        return Err(Mistake::new(what, format!("write at most \"{most}\"")));
    }
    Ok(grace)
}

pub(super) fn max_frame(value: &DeValue<'_>) -> Parsed<usize> {
    let range = format!(
        "write a size from \"{}\" to \"{}\"",
        format_size(MINIMUM_FRAME as u64),
        format_size(MAXIMUM_FRAME as u64)
    );
    let bytes = match value {
        DeValue::String(written) => parse_size(written)?,
        other => u64::try_from(whole_number(other, &range)?).unwrap_or(0),
    };
    match usize::try_from(bytes) {
        Ok(bytes) if (MINIMUM_FRAME..=MAXIMUM_FRAME).contains(&bytes) => Ok(bytes),
        _ => {
            let size = format_size(bytes);
            Err(Mistake::new(
                format!("is {size}, which is out of range"),
                range,
            ))
        }
    }
}

pub(super) fn listen(value: &DeValue<'_>) -> Parsed<Listen> {
    text(value, "localhost:6667")?.parse()
}

pub(super) fn server_name(value: &DeValue<'_>) -> Parsed<String> {
    let name = text(value, "enclave.local")?;
    let valid = |label: &str| {
        let inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !label.is_empty() && label.bytes().all(inner) && !label.starts_with('-')
    };
    // The dot is what tells clients a server from a nick.
    if name.len() > MAXIMUM_SERVER_NAME || !name.contains('.') || !name.split('.').all(valid) {
        return Err(Mistake::new(
            format!("is {name:?}, which does not look like a server name"),
            "write letters, digits and hyphens with a dot between them, such as \"enclave.local\"",
        ));
    }
    Ok(name.to_owned())
}

pub(super) fn channel(value: &DeValue<'_>) -> Parsed<Option<String>> {
    let name = text(value, "&enclave")?;
    match name {
        "" => Ok(None),
        name if channel::is_valid(name) => Ok(Some(name.to_owned())),
        _ => Err(Mistake::new(
            format!("is {name:?}, which is not a channel name"),
            format!(
                "begin it with & or #, without spaces and commas and with at most \
                 {CHANNEL_LENGTH} bytes, such as \"&enclave\"; \"\" is for no channel"
            ),
        )),
    }
}

/// As `openssl` and IRC services write it: 64 hexadecimal digits, with or without colons.
pub(super) fn fingerprint(value: &DeValue<'_>) -> Parsed<Fingerprint> {
    let example = "the SHA-256 of a certificate, 64 hexadecimal digits: openssl x509 -in FILE \
                   -noout -fingerprint -sha256";
    let written = text(value, example)?;
    written
        .parse()
        .map_err(|()| Mistake::new("is no fingerprint", format!("write {example}")))
}

/// Never shows what was written: it may be a password.
pub(super) fn password(value: &DeValue<'_>) -> Parsed<Secret> {
    let written = text(value, "$argon2id$…")?;
    let password = Secret::new(written);
    if password.is_empty() || password.is_argon2_hash() {
        return Ok(password);
    }
    let what = match written.starts_with("$argon2") {
        true => "is not a whole argon2id hash",
        false => "is no hash of a password, but perhaps the password itself",
    };
    let remedy = "write what `enclave-irc password` prints: one line that begins with $argon2id$";
    Err(Mistake::new(what, remedy))
}

/// The site of a web page, as browsers write it: without a path, in lower case.
pub(super) fn web_origin(value: &DeValue<'_>) -> Parsed<String> {
    let example = "https://irc.example.org";
    let written = text(value, example)?;
    let remedy =
        format!("write scheme://host, with a port if it is an unusual one, such as {example:?}");
    let wrong = |what: &str| {
        Err(Mistake::new(
            format!("is {written:?}, {what}"),
            remedy.clone(),
        ))
    };
    let Some((scheme, host)) = written.split_once("://") else {
        // "null" too: a browser says it for pages of all kinds of sites.
        return wrong("which is not the site of a page");
    };
    let visible = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    if !visible(scheme) || !visible(host) || host.contains(['*', '?', '#', '@']) {
        return wrong("which is not the site of a page");
    }
    if host.contains('/') {
        return wrong("which has a path");
    }
    Ok(written.to_ascii_lowercase())
}

pub(super) fn history(value: &DeValue<'_>) -> Parsed<History> {
    match text(value, "forever")? {
        "forever" => Ok(History::Forever),
        "none" => Ok(History::None),
        duration => parse_duration(duration).map(History::For).map_err(|_| {
            let what = format!("is {duration:?}, which is not a duration");
            Mistake::new(
                what,
                "write \"forever\", \"none\" or a duration such as \"90d\"",
            )
        }),
    }
}

/// One of a few words.
pub(super) fn word<T: Copy>(words: &[(&str, T)]) -> impl Fn(&DeValue<'_>) -> Parsed<T> {
    move |value| {
        let all: Vec<_> = words.iter().map(|(word, _)| format!("{word:?}")).collect();
        let all = format!("write one of {}", all.join(", "));
        let written = value.as_str().ok_or_else(|| wrong_type(value, &all))?;
        let found = words.iter().find(|(word, _)| *word == written);
        found.map(|(_, value)| *value).ok_or_else(|| {
            let remedy = match nearest(written, words.iter().map(|(word, _)| *word)) {
                Some(meant) => format!("did you mean {meant:?}?"),
                None => all,
            };
            Mistake::new(format!("is {written:?}"), remedy)
        })
    }
}

fn whole_number(value: &DeValue<'_>, remedy: &str) -> Parsed<i64> {
    let integer = value
        .as_integer()
        .ok_or_else(|| wrong_type(value, remedy))?;
    i64::from_str_radix(integer.as_str(), integer.radix())
        .map_err(|_| Mistake::new("is a number out of range", remedy))
}
