//! From the file to the configuration, or to everything that is wrong with it.

use std::path::{Path, PathBuf};

use super::{Allow, Config, Delivery, Detached, Level, OwnAddress, Paths, values};
use crate::problem::{Mistake, Problem};
use crate::source::{Schema, Section, Source, read, text, wrong_type};

const SCHEMA: Schema = &[
    ("", &["enclave", "irc", "store", "log"]),
    (
        "[enclave]",
        &[
            "address",
            "interface",
            "port",
            "networks",
            "alias",
            "detached",
            "grace",
            "max_frame",
            "delivery",
        ],
    ),
    (
        "[irc]",
        &[
            "listen",
            "server_name",
            "channel",
            "password",
            "fingerprints",
            "allow",
            "certificate",
            "key",
            "origins",
        ],
    ),
    ("[store]", &["path", "history"]),
    ("[log]", &["level"]),
];

/// Reads the configuration file. A file in the default place need not be there; one that
/// the person named must be.
///
/// # Errors
/// With everything that is wrong with the file, in the order of its lines.
pub fn load(paths: &Paths) -> Result<Config, Vec<Problem>> {
    match read(&paths.config) {
        Ok(Some(written)) => parse(&paths.config, &written),
        Ok(None) if !paths.config_is_named => Ok(Config::default()),
        Ok(None) => {
            let remedy = "name one that exists, or leave out --config to use the defaults";
            Err(vec![Problem::of_file(
                &paths.config,
                "there is no such file",
                remedy,
            )])
        }
        Err(problem) => Err(vec![problem]),
    }
}

/// Reads a configuration from text; `file` names it in the problems.
///
/// # Errors
/// With everything that is wrong with the text, in the order of its lines.
pub fn parse(file: &Path, written: &str) -> Result<Config, Vec<Problem>> {
    let (source, root) = Source::parse(file, written, SCHEMA);
    let mut config = Config::default();
    if let Some(root) = &root {
        let root = Section::open(&source, "", Some(root.get_ref()));
        let section = |heading: &'static str, key| {
            let table = root.table(key, |value| {
                wrong_type(value, format!("write a line {heading} with its keys below"))
            });
            Section::open(&source, heading, table)
        };
        read_enclave(&section("[enclave]", "enclave"), &mut config);
        read_irc(&section("[irc]", "irc"), &mut config);
        let store = section("[store]", "store");
        store.set("path", &mut config.store.path, path("/path/to/state.db"));
        store.set("history", &mut config.store.history, values::history);
        let level = values::word(Level::WORDS);
        section("[log]", "log").set("level", &mut config.log.level, level);
    }
    match source.into_problems() {
        problems if problems.is_empty() => Ok(config),
        problems => Err(problems),
    }
}

fn read_enclave(section: &Section<'_>, config: &mut Config) {
    let enclave = &mut config.enclave;
    section.set("address", &mut enclave.address, values::address);
    section.set("interface", &mut enclave.interface, values::interface);
    section.set("port", &mut enclave.port, values::port);
    section.set_list("networks", &mut enclave.networks, values::network);
    section.set("alias", &mut enclave.alias, values::alias);
    let detached = values::word(Detached::WORDS);
    section.set("detached", &mut enclave.detached, detached);
    section.set("grace", &mut enclave.grace, values::grace);
    section.set("max_frame", &mut enclave.max_frame, values::max_frame);
    let delivery = values::word(Delivery::WORDS);
    section.set("delivery", &mut enclave.delivery, delivery);

    if let (OwnAddress::Given(address), Some(span)) = (enclave.address, section.span("address"))
        && !enclave
            .networks
            .iter()
            .any(|network| network.contains(address))
    {
        let mistake = Mistake::new(
            format!("is {address}, which is in none of our networks"),
            "add its network to networks, or write \"auto\"",
        );
        section.report(&span, "address", mistake);
    }
}

fn read_irc(section: &Section<'_>, config: &mut Config) {
    let irc = &mut config.irc;
    section.set_list("listen", &mut irc.listen, values::listen);
    section.set("server_name", &mut irc.server_name, values::server_name);
    section.set("channel", &mut irc.channel, values::channel);
    let password = section.take("password", values::password);
    // Of one that is written and wrong nobody wants to hear that it is missing.
    let has_password = match &password {
        Some(password) => !password.is_empty(),
        None => section.span("password").is_some(),
    };
    irc.password = password.unwrap_or_default();
    section.set_list_or_none("fingerprints", &mut irc.fingerprints, values::fingerprint);
    section.set("allow", &mut irc.allow, values::word(Allow::WORDS));
    section.set("certificate", &mut irc.certificate, path("certificate.pem"));
    section.set("key", &mut irc.key, path("key.pem"));
    section.set_list_or_none("origins", &mut irc.origins, values::web_origin);

    let reachable = irc.listen.iter().find(|listen| listen.is_reachable());
    let has_key = has_password || !irc.fingerprints.is_empty();
    if let (Some(listen), false, Some(span)) = (reachable, has_key, section.span("listen")) {
        let mistake = Mistake::new(
            format!("has {listen}, which others can reach; that needs a password"),
            "make one with `enclave-irc password` and write what it prints into password, or \
             listen on localhost",
        );
        section.report(&span, "listen", mistake);
    }
    for (index, listen) in irc.listen.iter().enumerate() {
        let earlier = irc.listen[..index].iter();
        if let (Some(other), Some(span)) = (
            earlier.clone().find(|other| listen.collides_with(other)),
            section.span("listen"),
        ) {
            let what = format!("has {listen} twice (the other is {other})");
            section.report(&span, "listen", Mistake::new(what, "leave one of them out"));
        }
    }
}

/// A path, or none for an empty one. `example` is shown where it is something else.
fn path(
    example: &'static str,
) -> impl Fn(&toml::de::DeValue<'_>) -> Result<Option<PathBuf>, Mistake> {
    move |value| {
        let path = text(value, example)?;
        Ok((!path.is_empty()).then(|| path.into()))
    }
}
