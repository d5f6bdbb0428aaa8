//! WHO, and its WHOX form (IRCv3 `whox`): who is online, a line each.

use crate::irc::ClientId;
use crate::irc::mask;
use crate::irc::nick::same;
use crate::irc::numeric as n;
use crate::irc::request::Request;

use super::super::Gateway;
use super::super::roster::{CONTACT_USER, Contact};
use super::super::session::Session;
use super::super::voice::{SERVICE_NAME, SERVICE_NICK};
use super::Outcome;

/// What WHOX gives for an address that is not told.
const NO_IP: &str = "255.255.255.255";

/// Beside H or G: the control contact is a program (IRCv3 `bot-mode`).
const BOT: &str = "B";

/// What asks for everybody, as a mask of one star does.
const EVERYBODY: &str = "0";

/// The longest token of a WHOX request, digits.
const TOKEN_LENGTH: usize = 3;

/// One who is online.
#[derive(Default)]
struct Row {
    nick: String,
    user: String,
    host: String,
    ip: Option<String>,
    account: Option<String>,
    realname: String,
    away: bool,
    /// Its membership prefix, if it is in the roster channel.
    member: Option<&'static str>,
    is_bot: bool,
    idle: u64,
}

/// What is asked for: which fields, in which letters, and the client's own token.
struct Fields<'a> {
    letters: &'a str,
    token: &'a str,
}

pub(super) fn who(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) -> Outcome {
    let asked = request.param(0).filter(|asked| !asked.is_empty());
    let asked = asked.unwrap_or("*");
    let options = request.param(1).unwrap_or_default();
    let (flags, fields) = match options.split_once('%') {
        Some((flags, fields)) => (flags, Some(Fields::parse(fields))),
        None => (options, None),
    };
    // `o` asks for operators only, and there are none.
    let rows = if flags.contains('o') {
        Vec::new()
    } else {
        rows(gateway, client, asked)
    };
    for row in rows {
        let channel = match row.member {
            Some(_) if !gateway.settings.channel.is_empty() => &gateway.settings.channel,
            _ => "*",
        };
        let server = &gateway.settings.server_name;
        let (numeric, params) = match &fields {
            Some(fields) => (n::RPL_WHOSPCRPL, fields.of(&row, channel, server)),
            None => (n::RPL_WHOREPLY, row.params(channel, server)),
        };
        let params: Vec<&str> = params.iter().map(String::as_str).collect();
        gateway.numeric(client, numeric, &params);
    }
    gateway.numeric(client, n::RPL_ENDOFWHO, &[asked, "End of WHO list"]);
    Ok(())
}

/// Those who are online and fit what was asked for, as this client sees them: itself, the
/// control contact, contacts.
fn rows(gateway: &Gateway, client: ClientId, asked: &str) -> Vec<Row> {
    let of_channel = gateway.is_roster_channel(asked);
    let own = gateway.sessions.get(&client);
    let own = own.map(|session| Row::own(session, gateway));
    let service = Row {
        nick: SERVICE_NICK.to_owned(),
        user: SERVICE_NICK.to_owned(),
        host: gateway.settings.server_name.clone(),
        realname: SERVICE_NAME.to_owned(),
        member: Some("@"),
        is_bot: true,
        ..Row::default()
    };
    let online = gateway.roster.contacts().filter(|contact| contact.online());
    let mut rows: Vec<Row> = own
        .into_iter()
        .chain([service])
        .chain(online.map(Row::contact))
        .collect();
    if of_channel {
        rows.retain(|row| row.member.is_some());
        return rows;
    }
    // A nick means the one who has it: `enclave` is also the user name of every contact.
    let is_called = |row: &Row| same(&row.nick, asked);
    if rows.iter().any(is_called) {
        rows.retain(is_called);
    } else if asked != EVERYBODY {
        rows.retain(|row| row.fits(asked));
    }
    rows
}

impl Row {
    fn own(session: &Session, gateway: &Gateway) -> Self {
        let idle = gateway.now.monotonic.saturating_sub(session.last_spoke);
        Self {
            nick: session.target().to_owned(),
            user: session.user().to_owned(),
            host: session.host().to_owned(),
            ip: None,
            account: gateway.own_host.clone(),
            realname: session.realname.clone(),
            away: session.away.is_some(),
            member: session.in_channel.then_some(""),
            is_bot: false,
            idle: idle.as_secs(),
        }
    }

    fn contact(contact: &Contact) -> Self {
        Self {
            nick: contact.nick.to_string(),
            user: CONTACT_USER.to_owned(),
            host: contact.host(),
            ip: Some(contact.host()),
            account: Some(contact.host()),
            realname: contact.name.clone(),
            away: contact.away_text().is_some(),
            member: Some(if contact.available() { "+" } else { "" }),
            is_bot: false,
            idle: 0,
        }
    }

    /// Whether a mask fits one of its parts, or its `nick!user@host`.
    fn fits(&self, asked: &str) -> bool {
        let whole = format!("{}!{}@{}", self.nick, self.user, self.host);
        [&self.nick, &self.user, &self.host, &self.realname, &whole]
            .into_iter()
            .chain(&self.account)
            .any(|part| mask::matches(asked, part))
    }

    fn flags(&self) -> String {
        let here = if self.away { "G" } else { "H" };
        let bot = if self.is_bot { BOT } else { "" };
        format!("{here}{}{bot}", self.member.unwrap_or_default())
    }

    /// The parameters of RPL_WHOREPLY (352).
    fn params(&self, channel: &str, server: &str) -> Vec<String> {
        let realname = format!("0 {}", self.realname);
        let flags = self.flags();
        [
            channel, &self.user, &self.host, server, &self.nick, &flags, &realname,
        ]
        .map(str::to_owned)
        .into()
    }
}

impl<'a> Fields<'a> {
    /// Reads what follows the `%`.
    fn parse(text: &'a str) -> Self {
        let (letters, token) = text.split_once(',').unwrap_or((text, ""));
        let valid = (1..=TOKEN_LENGTH).contains(&token.len())
            && token.bytes().all(|byte| byte.is_ascii_digit());
        Self {
            letters,
            token: if valid { token } else { "0" },
        }
    }

    /// The parameters of RPL_WHOSPCRPL (354): the fields asked for, in the order of the
    /// specification.
    fn of(&self, row: &Row, channel: &str, server: &str) -> Vec<String> {
        let (flags, idle) = (row.flags(), row.idle.to_string());
        [
            ('t', self.token),
            ('c', channel),
            ('u', &row.user),
            ('i', row.ip.as_deref().unwrap_or(NO_IP)),
            ('h', &row.host),
            ('s', server),
            ('n', &row.nick),
            ('f', &flags),
            ('d', "0"),
            ('l', &idle),
            ('a', row.account.as_deref().unwrap_or("0")),
            ('o', "n/a"),
            ('r', &row.realname),
        ]
        .into_iter()
        .filter(|(letter, _)| self.letters.contains(*letter))
        .map(|(_, value)| value.to_owned())
        .collect()
    }
}
