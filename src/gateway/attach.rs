//! What a client is greeted with: the numerics of registration, the roster channel, what
//! was said while nobody was there, and plain words where something is missing.

use crate::irc::ClientId;
use crate::irc::capability::Capability;
use crate::irc::channel::{CHANNEL_LENGTH, CHANNEL_TYPES};
use crate::irc::isupport::Isupport;
use crate::irc::nick::NICK_LENGTH;
use crate::irc::numeric as n;
use crate::irc::reply::{Reply, Source};

use super::Gateway;
use super::commands::{MONITOR_LIMIT, REALNAME_LENGTH, TARGETS_LIMIT, USER_LENGTH, USER_MODES};
use super::history::HISTORY_LIMIT;
use super::tags;
use super::time::date;

/// What we are, in 004 and 351.
pub(super) const VERSION: &str = concat!("enclave-irc-", env!("CARGO_PKG_VERSION"));

/// What is promised in 005 for an away text, bytes: what fits into one line of ours that
/// carries it. An Enclave text has no limit, and a longer one is passed on whole.
const AWAY_LENGTH: usize = 390;

/// What stands for a program in WHO (IRCv3 `bot-mode`): the control contact is one.
pub(super) const BOT_FLAG: &str = "B";

/// The network's name in 005.
const NETWORK: &str = "Enclave";

impl Gateway {
    /// The client has given a nick and a user name and waits for nothing: let it in.
    pub(super) fn attach(&mut self, client: ClientId) {
        let Some(session) = self.sessions.get_mut(&client) else {
            return;
        };
        session.registration.complete = true;
        session.last_spoke = self.now.monotonic;
        let nick = session.target().to_owned();
        tracing::info!(client = client.0, nick, "a client has attached");
        self.welcome(client, &nick);
        self.send_isupport(client);
        self.send_lusers(client);
        self.send_motd(client);
        self.join_channel(client);
        self.begin_playback(client);
        self.say_what_is_missing(client);
        // Last, for it tells contacts: they may answer, and the client should be settled.
        self.person_came(client);
    }

    fn welcome(&mut self, client: ClientId, nick: &str) {
        let server = self.settings.server_name.clone();
        let welcome = format!("Welcome to Enclave, {nick}");
        self.numeric(client, n::RPL_WELCOME, &[&welcome]);
        let your_host = format!("Your host is {server}, running {VERSION}");
        self.numeric(client, n::RPL_YOURHOST, &[&your_host]);
        let created = format!("This gateway was started {}", date(self.started.wall));
        self.numeric(client, n::RPL_CREATED, &[&created]);
        self.numeric(
            client,
            n::RPL_MYINFO,
            &[&server, VERSION, USER_MODES, "bnotv", "bov"],
        );
    }

    /// RPL_ISUPPORT (005).
    pub(super) fn send_isupport(&mut self, client: ClientId) {
        let n = TARGETS_LIMIT;
        let targets = format!("PRIVMSG:{n},NOTICE:{n},TAGMSG:{n},WHOIS:1,NAMES:1,JOIN:,PART:");
        let tags = if self.settings.receipts {
            tags::denied()
        } else {
            "*".to_owned()
        };
        let isupport = Isupport::new()
            .value("NETWORK", NETWORK)
            .value("CASEMAPPING", "ascii")
            .number("NICKLEN", NICK_LENGTH)
            .value("CHANTYPES", CHANNEL_TYPES)
            .value("PREFIX", "(ov)@+")
            .value("CHANMODES", "b,,,nt")
            .number("AWAYLEN", AWAY_LENGTH)
            .value("TARGMAX", targets)
            // `setname` demands it.
            .number("NAMELEN", REALNAME_LENGTH)
            .number("USERLEN", USER_LENGTH)
            .number("CHANNELLEN", CHANNEL_LENGTH)
            .number("MONITOR", MONITOR_LIMIT)
            .value("BOT", BOT_FLAG)
            .number("CHATHISTORY", HISTORY_LIMIT as usize)
            .value("MSGREFTYPES", "msgid,timestamp")
            .value("CLIENTTAGDENY", tags)
            .flag("SAFELIST")
            .flag("UTF8ONLY")
            .flag("WHOX");
        let Some(session) = self.sessions.get(&client) else {
            return;
        };
        let server = self.settings.server_name.clone();
        let mut replies = isupport.replies(&server, session.target());
        if session.has(Capability::Batch) && session.has(Capability::ExtendedIsupport) {
            let name = self.batches.next();
            for reply in &mut replies {
                *reply = reply.clone().tag("batch", Some(&name));
            }
            let server = Source::Server(&server);
            let open = [&format!("+{name}"), "draft/isupport"];
            replies.insert(0, Reply::from(server, "BATCH", &open));
            replies.push(Reply::from(server, "BATCH", &[&format!("-{name}")]));
        }
        for reply in replies {
            self.reply(client, reply);
        }
    }

    /// RPL_LUSERCLIENT and its family (251–255, 265, 266).
    pub(super) fn send_lusers(&mut self, client: ClientId) {
        let (own, all) = self.count_users();
        let online = self.online;
        let waiting = self.sessions.len() - own;
        let channels = usize::from(!self.settings.channel.is_empty());
        let text = format!(
            "{online} of {} contacts are online, {own} of your clients are attached",
            self.roster.len()
        );
        self.numeric(client, n::RPL_LUSERCLIENT, &[&text]);
        self.numeric(client, n::RPL_LUSEROP, &["0", "operators online"]);
        self.numeric(
            client,
            n::RPL_LUSERUNKNOWN,
            &[&waiting.to_string(), "not yet registered"],
        );
        self.numeric(
            client,
            n::RPL_LUSERCHANNELS,
            &[&channels.to_string(), "channels formed"],
        );
        self.numeric(
            client,
            n::RPL_LUSERME,
            &[&format!("I have {own} clients and 0 servers")],
        );
        let most = [self.most_users.0.to_string(), self.most_users.1.to_string()];
        let (own, all) = (own.to_string(), all.to_string());
        let text = format!("Current local users {own}, max {}", most[0]);
        self.numeric(client, n::RPL_LOCALUSERS, &[&own, &most[0], &text]);
        let text = format!("Current global users {all}, max {}", most[1]);
        self.numeric(client, n::RPL_GLOBALUSERS, &[&all, &most[1], &text]);
    }

    /// How many clients of the person's are attached, and with them how many nicks are
    /// online; the most of each since the start is remembered.
    pub(super) fn count_users(&mut self) -> (usize, usize) {
        let own = self
            .sessions
            .values()
            .filter(|session| session.attached())
            .count();
        let all = own + self.online;
        self.most_users = (self.most_users.0.max(own), self.most_users.1.max(all));
        (own, all)
    }

    /// The message of the day: our address, and how to add the first friend.
    pub(super) fn send_motd(&mut self, client: ClientId) {
        let start = format!("- {} Message of the day -", self.settings.server_name);
        self.numeric(client, n::RPL_MOTDSTART, &[&start]);
        let mut lines = vec!["Every nick here is a contact of yours on Enclave.".to_owned()];
        if self.own_addresses.is_empty() {
            lines.push(self.no_address_text());
        } else {
            lines.push(format!(
                "Your address, for your friends: {}",
                self.own_address_text()
            ));
        }
        lines.push("Add a friend:  /msg enclave add ADDRESS NAME".to_owned());
        lines.push("All commands:  /msg enclave help".to_owned());
        for line in lines {
            self.numeric(client, n::RPL_MOTD, &[&format!("- {line}")]);
        }
        self.numeric(client, n::RPL_ENDOFMOTD, &["End of /MOTD command"]);
    }

    fn say_what_is_missing(&mut self, client: ClientId) {
        if self.own_addresses.is_empty() {
            self.service_notice(client, &self.no_address_text());
        }
        if self.roster.is_empty() {
            let text = "Your address book is empty. Ask a friend for their address, then: /msg \
                        enclave add ADDRESS NAME";
            self.service_notice(client, text);
        }
        let unread = std::mem::take(&mut self.unread_notices);
        let trouble = self.store_text().filter(|text| !unread.contains(text));
        for text in unread.into_iter().chain(trouble) {
            self.service_notice(client, &text);
        }
        self.prompt_at_attach(client);
    }
}
