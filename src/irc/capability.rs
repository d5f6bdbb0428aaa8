//! The capabilities a client may ask for (IRCv3 `capability-negotiation`).

use std::borrow::Cow;

use super::reply::{Reply, Source};
use super::{sasl, text};

/// Makes the enum and its table from one list: variant, name on the wire, value shown to
/// clients that speak version 302.
macro_rules! capabilities {
    ($($(#[$doc:meta])* $variant:ident = $name:literal $value:expr;)+) => {
        /// One capability we offer.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Capability {
            $($(#[$doc])* $variant,)+
        }

        impl Capability {
            /// All we offer, in the order in which they are listed.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// Its name on the wire.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// The value listed behind its name.
            pub fn value(self) -> Option<&'static str> {
                match self { $(Self::$variant => $value),+ }
            }
        }
    };
}

/// The limits of a message of several lines, as `draft/multiline` shows them. The bytes are
/// far more than a person types and far less than a contact's node takes in one packet; the
/// lines are as many as a client without multiline is shown of one message.
pub const MULTILINE_MAX_BYTES: usize = 40_000;
/// See [`MULTILINE_MAX_BYTES`].
pub const MULTILINE_MAX_LINES: usize = 1_000;
const MULTILINE: &str = "max-bytes=40000,max-lines=1000";

capabilities! {
    /// `account-tag`: who is logged in as what, on each message.
    AccountTag = "account-tag" None;
    /// `away-notify`: AWAY when someone goes or comes back.
    AwayNotify = "away-notify" None;
    /// `batch`: messages that belong together.
    Batch = "batch" None;
    /// `cap-notify`: CAP NEW and DEL.
    CapNotify = "cap-notify" None;
    /// `draft/chathistory`: the client asks for history, and is not played any.
    Chathistory = "draft/chathistory" None;
    /// `draft/event-playback`: history may hold more than PRIVMSG and NOTICE.
    EventPlayback = "draft/event-playback" None;
    /// `draft/extended-isupport`: ISUPPORT, before registration too.
    ExtendedIsupport = "draft/extended-isupport" None;
    /// `draft/multiline`: messages of several lines, and longer than a line.
    Multiline = "draft/multiline" Some(MULTILINE);
    /// `draft/no-implicit-names`: the draft name of `no-implicit-names`.
    DraftNoImplicitNames = "draft/no-implicit-names" None;
    /// `draft/pre-away`: `AWAY *`, before registration too.
    PreAway = "draft/pre-away" None;
    /// `draft/read-marker`: up to where the person has read.
    ReadMarker = "draft/read-marker" None;
    /// `echo-message`: a client is sent its own messages back.
    EchoMessage = "echo-message" None;
    /// `extended-join`: JOIN with account and real name.
    ExtendedJoin = "extended-join" None;
    /// `extended-monitor`: AWAY and SETNAME of those that are watched.
    ExtendedMonitor = "extended-monitor" None;
    /// `labeled-response`: which answer belongs to which request.
    LabeledResponse = "labeled-response" None;
    /// `message-tags`: any tag, and TAGMSG.
    MessageTags = "message-tags" None;
    /// `multi-prefix`: every membership prefix of a user, not only the highest.
    MultiPrefix = "multi-prefix" None;
    /// `no-implicit-names`: no NAMES after JOIN.
    NoImplicitNames = "no-implicit-names" None;
    /// `sasl`: the client shows a password or a certificate.
    Sasl = "sasl" Some(sasl::MECHANISMS);
    /// `server-time`: when a message was written.
    ServerTime = "server-time" None;
    /// `setname`: the real name may change.
    Setname = "setname" None;
    /// `soju.im/search`: the server searches what was said.
    Search = "soju.im/search" None;
    /// `standard-replies`: any FAIL, WARN and NOTE.
    StandardReplies = "standard-replies" None;
    /// `userhost-in-names`: NAMES with whole masks.
    UserhostInNames = "userhost-in-names" None;
    /// `znc.in/self-message`: the client knows that a message from its own nick to
    /// another is one that its person wrote elsewhere.
    SelfMessage = "znc.in/self-message" None;
}

impl Capability {
    /// The capability of that name; names are case-sensitive.
    pub fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|capability| capability.name() == name)
    }

    /// The capability without which a client is not sent this tag.
    pub fn for_tag(key: &str) -> Self {
        match key {
            "time" => Self::ServerTime,
            "account" => Self::AccountTag,
            "batch" => Self::Batch,
            "label" => Self::LabeledResponse,
            "draft/multiline-concat" => Self::Multiline,
            _ => Self::MessageTags,
        }
    }
}

/// A set of capabilities: those one client has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Capabilities(u32);

/// Answer to a `CAP REQ` that asks for something we do not offer, or for what must not
/// be: nothing of it is done, and the whole request goes back in a `CAP NAK`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused;

impl Capabilities {
    /// None at all.
    pub const NONE: Self = Self(0);

    /// Every capability we offer.
    pub fn all() -> Self {
        Capability::ALL.iter().copied().collect()
    }

    /// Whether it is in the set.
    pub fn contains(self, capability: Capability) -> bool {
        self.0 & bit(capability) != 0
    }

    /// Puts it in.
    pub fn insert(&mut self, capability: Capability) {
        self.0 |= bit(capability);
    }

    /// Takes it out.
    pub fn remove(&mut self, capability: Capability) {
        self.0 &= !bit(capability);
    }

    /// Those in the set, in the order in which they are listed.
    pub fn iter(self) -> impl Iterator<Item = Capability> {
        let all = Capability::ALL.iter().copied();
        all.filter(move |capability| self.contains(*capability))
    }

    /// The set as it is after `CAP REQ :list`, where `-` takes one out: all of the list,
    /// read from left to right, or nothing. What is not `offered` cannot be had. `version_302` says that the client has said
    /// `CAP LS 302` at any time; from such a client `cap-notify` is not taken away.
    pub fn request(
        mut self,
        list: &str,
        offered: Self,
        version_302: bool,
    ) -> Result<Self, Refused> {
        for word in list.split_ascii_whitespace() {
            let (name, wanted) = match word.strip_prefix('-') {
                Some(name) => (name, false),
                None => (word, true),
            };
            match (Capability::named(name), wanted) {
                (Some(capability), true) if !offered.contains(capability) => return Err(Refused),
                (Some(capability), true) => self.insert(capability),
                (Some(Capability::CapNotify), false) if version_302 => return Err(Refused),
                (Some(capability), false) => self.remove(capability),
                (None, _) => return Err(Refused),
            }
        }
        Ok(self)
    }

    /// The set as it is listed: `CAP LS` with values for version 302, names alone
    /// otherwise and for `CAP LIST`.
    pub fn tokens(self, values: bool) -> impl Iterator<Item = Cow<'static, str>> {
        self.iter().map(move |capability| match capability.value() {
            Some(value) if values => Cow::Owned(format!("{}={value}", capability.name())),
            _ => Cow::Borrowed(capability.name()),
        })
    }
}

impl FromIterator<Capability> for Capabilities {
    fn from_iter<I: IntoIterator<Item = Capability>>(capabilities: I) -> Self {
        Self(
            capabilities
                .into_iter()
                .map(bit)
                .fold(0, |set, bit| set | bit),
        )
    }
}

fn bit(capability: Capability) -> u32 {
    1 << capability as u8
}

/// The lines of a `CAP` reply with a list (`LS`, `LIST`, `ACK`, `NAK`, `NEW`, `DEL`), as
/// many as it takes, at least one.
///
/// With `continued`, all but the last line of `LS` and `LIST` have the `*` which tells a
/// client of version 302 to wait for more. A client without it gets one line, with as
/// much of the list as fits. `nick` is `*` before there is one.
pub fn listing<T: AsRef<str>>(
    server: &str,
    nick: &str,
    subcommand: &'static str,
    tokens: impl IntoIterator<Item = T>,
    continued: bool,
) -> Vec<Reply> {
    let source = Source::Server(server);
    let room = Reply::room(&source, "CAP", &[nick, subcommand, "*"]);
    let mut lines = text::pack(tokens, " ", room);
    let markable = matches!(subcommand, "LS" | "LIST");
    if markable && !continued {
        lines.truncate(1);
    }
    let last = lines.len().saturating_sub(1);
    let lines = lines.iter().enumerate();
    lines
        .map(|(index, line)| {
            if markable && index < last {
                Reply::from(source, "CAP", &[nick, subcommand, "*", line])
            } else {
                Reply::from(source, "CAP", &[nick, subcommand, line])
            }
        })
        .collect()
}

#[cfg(test)]
mod tests;
