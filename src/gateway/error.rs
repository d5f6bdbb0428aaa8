//! What a command handler answers when it cannot do what it was asked, and the one place
//! where that becomes a numeric.

use crate::irc::channel::CHANNEL_LENGTH;
use crate::irc::numeric::Numeric;
use crate::irc::text::cut;
use crate::irc::{ClientId, numeric as n};

use super::Gateway;

/// Why a command was refused. The parameters are those of the numeric, between the
/// client's nick and the text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum CommandError {
    /// 401: a nick that is nobody.
    NoSuchNick(String),
    /// 402.
    NoSuchServer(String),
    /// 403.
    NoSuchChannel(String),
    /// 404: with the reason.
    CannotSend(String, String),
    /// 406.
    WasNoSuchNick(String),
    /// 407.
    TooManyTargets(String),
    /// 409.
    NoOrigin,
    /// 410.
    InvalidCapability(String),
    /// 411.
    NoRecipient(String),
    /// 412.
    NoTextToSend,
    /// 421.
    UnknownCommand(String),
    /// 431.
    NoNicknameGiven,
    /// 432: with the reason.
    ErroneousNickname(String, String),
    /// 433.
    NicknameInUse(String),
    /// 442.
    NotOnChannel(String),
    /// 445.
    SummonDisabled,
    /// 446.
    UsersDisabled,
    /// 451.
    NotRegistered,
    /// 461.
    NeedMoreParams(String),
    /// 462.
    AlreadyRegistered,
    /// 472.
    UnknownMode(String),
    /// 482: with the reason.
    ChannelIsOurs(String, String),
    /// 491.
    NoOperators,
    /// 501.
    UnknownUserMode,
    /// 502.
    UsersDontMatch,
    /// 524.
    HelpNotFound(String),
}

impl CommandError {
    fn parts(&self) -> (Numeric, Vec<&str>, &str) {
        use CommandError as E;
        match self {
            E::NoSuchNick(nick) => (n::ERR_NOSUCHNICK, vec![nick], "No such nick or channel"),
            E::NoSuchServer(name) => (n::ERR_NOSUCHSERVER, vec![name], "No such server"),
            E::NoSuchChannel(name) => (n::ERR_NOSUCHCHANNEL, vec![name], "No such channel"),
            E::CannotSend(target, reason) => (n::ERR_CANNOTSENDTOCHAN, vec![target], reason),
            E::WasNoSuchNick(nick) => (
                n::ERR_WASNOSUCHNICK,
                vec![nick],
                "There was no such nickname",
            ),
            E::TooManyTargets(target) => (
                n::ERR_TOOMANYTARGETS,
                vec![target],
                "Too many recipients at once; nothing was sent",
            ),
            E::NoOrigin => (n::ERR_NOORIGIN, vec![], "No origin specified"),
            E::InvalidCapability(sub) => (n::ERR_INVALIDCAPCMD, vec![sub], "Invalid CAP command"),
            E::NoRecipient(verb) => (
                n::ERR_NORECIPIENT,
                vec![],
                match verb.as_str() {
                    "NOTICE" => "No recipient given (NOTICE)",
                    "TAGMSG" => "No recipient given (TAGMSG)",
                    _ => "No recipient given (PRIVMSG)",
                },
            ),
            E::NoTextToSend => (n::ERR_NOTEXTTOSEND, vec![], "No text to send"),
            E::UnknownCommand(verb) => (n::ERR_UNKNOWNCOMMAND, vec![verb], "Unknown command"),
            E::NoNicknameGiven => (n::ERR_NONICKNAMEGIVEN, vec![], "No nickname given"),
            E::ErroneousNickname(nick, reason) => (n::ERR_ERRONEUSNICKNAME, vec![nick], reason),
            E::NicknameInUse(nick) => (
                n::ERR_NICKNAMEINUSE,
                vec![nick],
                "That is the nick of a contact of yours",
            ),
            E::NotOnChannel(name) => (
                n::ERR_NOTONCHANNEL,
                vec![name],
                "You're not on that channel",
            ),
            E::SummonDisabled => (n::ERR_SUMMONDISABLED, vec![], "SUMMON has been disabled"),
            E::UsersDisabled => (n::ERR_USERSDISABLED, vec![], "USERS has been disabled"),
            E::NotRegistered => (n::ERR_NOTREGISTERED, vec![], "You have not registered"),
            E::NeedMoreParams(verb) => (n::ERR_NEEDMOREPARAMS, vec![verb], "Not enough parameters"),
            E::AlreadyRegistered => (n::ERR_ALREADYREGISTERED, vec![], "You may not reregister"),
            E::UnknownMode(mode) => (n::ERR_UNKNOWNMODE, vec![mode], "is unknown mode char"),
            E::ChannelIsOurs(name, reason) => (n::ERR_CHANOPRIVSNEEDED, vec![name], reason),
            E::NoOperators => (n::ERR_NOOPERHOST, vec![], "There are no operators here"),
            E::UnknownUserMode => (n::ERR_UMODEUNKNOWNFLAG, vec![], "Unknown MODE flag"),
            E::UsersDontMatch => (
                n::ERR_USERSDONTMATCH,
                vec![],
                "Can't change mode for other users",
            ),
            E::HelpNotFound(subject) => (
                n::ERR_HELPNOTFOUND,
                vec![subject],
                "No help available on this topic",
            ),
        }
    }
}

/// The longest part of what a client wrote that is repeated in a refusal, bytes. More would
/// push the reason out of the line; no nick or channel is longer.
const PARAMETER_LENGTH: usize = CHANNEL_LENGTH;

impl Gateway {
    /// Answers a refused command with its numeric.
    pub(super) fn refuse(&mut self, client: ClientId, error: &CommandError) {
        let (numeric, params, text) = error.parts();
        let params = params.into_iter().map(|param| cut(param, PARAMETER_LENGTH));
        let params: Vec<&str> = params.chain([text]).collect();
        self.numeric(client, numeric, &params);
    }
}
