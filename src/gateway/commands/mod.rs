//! What each IRC command means here. One table maps a verb to its handler; arity and
//! registration are checked in one place, and one place turns an error into a numeric.

mod batch;
mod capability;
mod channel;
mod history;
mod lookup;
mod marker;
mod message;
mod mode;
mod monitor;
mod presence;
mod registration;
mod sasl;
mod search;
mod server;
mod who;

use crate::irc::ClientId;
use crate::irc::request::Request;

use super::Gateway;
use super::error::CommandError;

pub(super) use mode::USER_MODES;
pub(super) use monitor::MONITOR_LIMIT;
#[cfg(any(test, fuzzing))]
pub(super) use registration::{NAME_LENGTH, PASSWORD_LENGTH};
pub(super) use registration::{REALNAME_LENGTH, USER_LENGTH};

/// Targets one PRIVMSG or NOTICE may have: a handful of friends at once, no mailing list.
pub(super) const TARGETS_LIMIT: usize = 10;

/// What a handler answers: nothing more to say, or why it did not do it.
type Outcome = Result<(), CommandError>;

/// A command's handler.
type Handler = fn(&mut Gateway, ClientId, &Request<'_>) -> Outcome;

/// One command.
struct Command {
    verb: &'static str,
    handler: Handler,
    /// With fewer parameters than this it is refused with 461.
    minimum: usize,
    /// Whether it may come before registration; refused with 451 otherwise.
    before_registration: bool,
    /// How it is written, and what it does: for HELP.
    usage: &'static str,
}

const fn command(
    verb: &'static str,
    handler: Handler,
    minimum: usize,
    usage: &'static str,
) -> Command {
    Command {
        verb,
        handler,
        minimum,
        before_registration: false,
        usage,
    }
}

/// A command that may come before registration too.
const fn early(
    verb: &'static str,
    handler: Handler,
    minimum: usize,
    usage: &'static str,
) -> Command {
    Command {
        verb,
        handler,
        minimum,
        before_registration: true,
        usage,
    }
}

/// Every command there is.
// A table is read down its columns.
#[rustfmt::skip]
static COMMANDS: &[Command] = &[
    command("ADMIN", server::admin, 0, "ADMIN: who runs this"),
    early("AUTHENTICATE", sasl::authenticate, 1, "AUTHENTICATE mechanism: show a key, at the beginning"),
    early("AWAY", presence::away, 0, "AWAY [:text]: be away (\"busy: text\": busy), or back"),
    command("BATCH", batch::batch, 1, "BATCH +name draft/multiline nick: a message of several lines"),
    early("CAP", capability::cap, 1, "CAP LS|LIST|REQ|END: negotiate capabilities"),
    command("CHATHISTORY", history::chathistory, 0, "CHATHISTORY LATEST|… nick …: what was said"),
    command("HELP", server::help, 0, "HELP [command]: this"),
    command("INFO", server::info, 0, "INFO: what this program is"),
    command("INVITE", channel::refuse_change, 2, "INVITE: there is nobody to invite"),
    command("ISON", presence::ison, 1, "ISON nick...: which of them are online"),
    early("ISUPPORT", server::isupport, 0, "ISUPPORT: what this server is like"),
    command("JOIN", channel::join, 1, "JOIN channel: come back to the roster channel"),
    command("KICK", channel::refuse_change, 2, "KICK: contacts come and go by themselves"),
    command("LINKS", server::links, 0, "LINKS: there is one server"),
    command("LIST", channel::list, 0, "LIST: the one channel there is"),
    command("LUSERS", server::lusers, 0, "LUSERS: how many are online"),
    command("MARKREAD", marker::markread, 0, "MARKREAD nick [timestamp=…]: up to where you have read"),
    command("MODE", mode::mode, 1, "MODE target [modes]: modes, which do little here"),
    command("MONITOR", monitor::monitor, 1, "MONITOR +|- nicks, C, L, S: watch nicks"),
    command("MOTD", server::motd, 0, "MOTD: your address, and how to add a friend"),
    command("NAMES", channel::names, 0, "NAMES [channel]: the contacts that are online"),
    early("NICK", registration::nick, 0, "NICK nick: what you are called"),
    command("NOTICE", message::notice, 0, "NOTICE nick :text: like PRIVMSG, without replies"),
    command("OPER", server::oper, 2, "OPER: there are no operators here"),
    command("PART", channel::part, 1, "PART channel: leave the roster channel"),
    early("PASS", registration::pass, 1, "PASS password: for clients from elsewhere"),
    early("PING", server::ping, 0, "PING token: are you there?"),
    early("PONG", server::pong, 0, "PONG token: yes"),
    command("PRIVMSG", message::privmsg, 0, "PRIVMSG nick :text: write to a contact"),
    early("QUIT", registration::quit, 0, "QUIT [:text]: leave; contacts see the text"),
    command("REHASH", server::rehash, 0, "REHASH: read configuration and address book again"),
    command("SEARCH", search::search, 1, "SEARCH text=…;in=nick;…: find what was said"),
    command("SETNAME", registration::setname, 1, "SETNAME :name: your real name, shown to you"),
    command("STATS", server::stats, 0, "STATS u: for how long this runs"),
    command("SUMMON", server::summon, 0, "SUMMON: nobody can be summoned"),
    command("TAGMSG", message::tagmsg, 0, "TAGMSG nick: typing and reactions, in their tags"),
    command("TIME", server::time, 0, "TIME: the time"),
    command("TOPIC", channel::topic, 1, "TOPIC channel: what the roster channel is about"),
    early("USER", registration::user, 0, "USER name 0 * :realname: once, at the beginning"),
    command("USERHOST", presence::userhost, 1, "USERHOST nick...: masks"),
    command("USERS", server::users, 0, "USERS: not told"),
    command("VERSION", server::version, 0, "VERSION: what this program is, in short"),
    command("WHO", who::who, 0, "WHO [mask [%fields]]: who is online"),
    command("WHOIS", lookup::whois, 0, "WHOIS nick: who a contact is"),
    command("WHOWAS", lookup::whowas, 0, "WHOWAS nick [count]: who a contact was that is offline"),
];

fn find(verb: &str) -> Option<&'static Command> {
    let found = COMMANDS.binary_search_by_key(&verb, |command| command.verb);
    found.ok().map(|index| &COMMANDS[index])
}

/// The verbs of all commands.
#[cfg(test)]
pub(super) fn verbs() -> impl Iterator<Item = &'static str> {
    COMMANDS.iter().map(|command| command.verb)
}

/// Handles one request of a client, and answers it whatever it is.
pub(super) fn dispatch(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) {
    gateway.begin_response(client, request);
    if !gateway.takes_batch_line(client, request)
        && let Err(error) = run(gateway, client, request)
    {
        gateway.refuse(client, &error);
    }
    gateway.end_response();
}

fn run(gateway: &mut Gateway, client: ClientId, request: &Request<'_>) -> Outcome {
    let verb = &*request.verb;
    let attached = gateway
        .sessions
        .get(&client)
        .is_some_and(|session| session.attached());
    let command = find(verb);
    if !attached && !command.is_some_and(|command| command.before_registration) {
        return Err(CommandError::NotRegistered);
    }
    let command = command.ok_or_else(|| CommandError::UnknownCommand(verb.to_owned()))?;
    if request.params.len() < command.minimum {
        return Err(CommandError::NeedMoreParams(verb.to_owned()));
    }
    (command.handler)(gateway, client, request)
}

/// The parameter at `index`, which the caller's table entry promises; an empty one counts
/// as missing.
fn required<'a>(request: &Request<'a>, index: usize) -> Result<&'a str, CommandError> {
    request
        .param(index)
        .filter(|param| !param.is_empty())
        .ok_or_else(|| CommandError::NeedMoreParams(request.verb.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_names_no_command_twice() {
        assert!(COMMANDS.is_sorted_by(|a, b| a.verb < b.verb));
    }

    #[test]
    fn every_usage_begins_with_its_verb() {
        for command in COMMANDS {
            assert!(command.usage.starts_with(command.verb), "{}", command.verb);
        }
    }
}
