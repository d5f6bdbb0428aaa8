//! What a client is told first: what the server can do, and what the person can do.

mod support;

use support::{Client, Daemon, Network, Setup};

fn gateway() -> Daemon {
    Daemon::start(Setup::on(&Network::new()))
}

/// The tokens of all 005 lines up to the end of the MOTD.
fn isupport(client: &mut Client) -> Vec<String> {
    let mut tokens = Vec::new();
    loop {
        let line = client.expect("005 or the end of the MOTD", |line| {
            ["005", "376", "422"].contains(&line.command.as_str())
        });
        if line.command != "005" {
            return tokens;
        }
        assert!(line.text().contains("supported"), "{line}");
        let words = &line.parameters[1..line.parameters.len() - 1];
        assert!(words.len() <= 13, "at most 13 tokens a line: {line}");
        tokens.extend(words.iter().cloned());
    }
}

#[test]
fn isupport_is_well_formed_and_complete() {
    let gateway = gateway();
    let mut client = gateway.connect();
    client.send("NICK alice");
    client.send("USER alice 0 * :alice");
    let tokens = isupport(&mut client);
    for name in [
        "NETWORK",
        "CASEMAPPING",
        "NICKLEN",
        "CHANTYPES",
        "PREFIX",
        "CHANMODES",
        "AWAYLEN",
        "TARGMAX",
        "MONITOR",
    ] {
        let token = tokens
            .iter()
            .find_map(|token| token.strip_prefix(&format!("{name}=")));
        assert!(
            token.is_some_and(|value| !value.is_empty()),
            "{name} is not in {tokens:?}"
        );
    }
    assert!(tokens.contains(&"UTF8ONLY".to_owned()), "{tokens:?}");
    let value = |name: &str| {
        tokens
            .iter()
            .find_map(|token| token.strip_prefix(name))
            .expect("a value")
    };
    assert!(
        ["ascii", "rfc1459"].contains(&value("CASEMAPPING=")),
        "{tokens:?}"
    );
    assert!(value("CHANTYPES=").contains('&'), "{tokens:?}");
    assert!(
        value("PREFIX=").contains("v)") && value("PREFIX=").ends_with('+'),
        "{tokens:?}"
    );
    assert_eq!(
        value("CHANMODES=").matches(',').count(),
        3,
        "four types of modes"
    );
    for number in ["NICKLEN=", "AWAYLEN=", "MONITOR="] {
        assert!(value(number).parse::<u32>().expect("a number") > 0);
    }
    let mut names: Vec<_> = tokens.iter().map(|token| token.split('=').next()).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), tokens.len(), "each token once: {tokens:?}");
}

#[test]
fn the_motd_tells_our_address_and_how_to_add_a_friend() {
    let gateway = gateway();
    let mut client = gateway.connect();
    client.send("NICK alice");
    client.send("USER alice 0 * :alice");
    client.expect_numeric("375");
    let mut motd = String::new();
    loop {
        let line = client.expect("the MOTD", |_| true);
        match line.command.as_str() {
            "372" => motd.push_str(line.text()),
            _ => break,
        }
    }
    assert!(motd.contains(&gateway.setup.address.to_string()), "{motd}");
    assert!(motd.contains("add "), "{motd}");
}
