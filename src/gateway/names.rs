//! Who is in the roster channel, listed as fast as the client reads.

use crate::irc::ClientId;
use crate::irc::capability::Capability;
use crate::irc::numeric as n;
use crate::irc::reply::{Reply, Source};
use crate::irc::text::pack;

use super::Gateway;
use super::response::Later;
use super::roster::ContactId;
use super::session::Session;
use super::voice::SERVICE_NICK;

/// Contacts that are listed at once.
const LISTED_AT_ONCE: usize = 1000;

/// Lists that one client may wait for; whoever asks for more gets them at once, and is closed
/// if it does not take them.
pub(super) const LISTS: usize = 8;

/// A list that goes on when there is room.
#[derive(Debug)]
pub(super) struct Names {
    /// The last contact that was looked at.
    reached: ContactId,
    /// The client has just joined, so it knows of nobody who is not listed yet.
    is_first: bool,
    /// The rest of the answer.
    later: Later,
}

impl Names {
    pub fn is_first(&self) -> bool {
        self.is_first
    }

    pub fn has_listed(&self, id: ContactId) -> bool {
        id <= self.reached
    }
}

impl Gateway {
    /// RPL_NAMREPLY (353) and RPL_ENDOFNAMES (366) of the roster channel. `is_first` says that
    /// the client has just joined it.
    pub(super) fn send_names(&mut self, client: ClientId, is_first: bool) {
        let Some(session) = self.sessions.get(&client) else {
            return;
        };
        let names = if session.has(Capability::UserhostInNames) {
            let (nick, user, host) = (session.target(), session.user(), session.host());
            let server = &self.settings.server_name;
            vec![
                format!("{nick}!{user}@{host}"),
                format!("@{SERVICE_NICK}!{SERVICE_NICK}@{server}"),
            ]
        } else {
            vec![session.target().to_owned(), format!("@{SERVICE_NICK}")]
        };
        let most = if session.room.names.len() < LISTS {
            LISTED_AT_ONCE
        } else {
            usize::MAX
        };
        self.list_names(client, names, None, is_first, most);
    }

    /// There is room for more of a list.
    pub(super) fn continue_names(&mut self, client: ClientId, names: Names) {
        let Names {
            reached,
            is_first,
            later,
        } = names;
        self.resume(later, |gateway| {
            gateway.list_names(client, Vec::new(), Some(reached), is_first, LISTED_AT_ONCE);
        });
    }

    /// Lists contacts behind these names, and remembers where it has to go on.
    fn list_names(
        &mut self,
        client: ClientId,
        mut names: Vec<String>,
        after: Option<ContactId>,
        is_first: bool,
        most: usize,
    ) {
        let Some(session) = self.sessions.get_mut(&client) else {
            return;
        };
        let whole = session.has(Capability::UserhostInNames);
        let mut reached = None;
        let has_more = {
            let mut contacts = self.roster.after(after);
            let online = contacts.by_ref().filter(|(_, contact)| contact.online());
            for (id, contact) in online.take(most) {
                let voice = if contact.available() { "+" } else { "" };
                let name = if whole {
                    contact.mask()
                } else {
                    contact.nick.to_string()
                };
                names.push(format!("{voice}{name}"));
                session.room.has_listed(id, contact);
                reached = Some(id);
            }
            contacts.next().is_some()
        };
        let channel = self.settings.channel.clone();
        let lines = if names.is_empty() {
            Vec::new()
        } else {
            self.packed(client, names)
        };
        for line in lines {
            self.numeric(client, n::RPL_NAMREPLY, &["=", &channel, &line]);
        }
        if let Some(reached) = reached.filter(|_| has_more) {
            let later = self.later();
            let rest = Names {
                reached,
                is_first,
                later,
            };
            if let Some(session) = self.sessions.get_mut(&client) {
                // It is before all that were asked for after it.
                if after.is_some() {
                    session.room.names.push_front(rest);
                } else {
                    session.room.names.push_back(rest);
                }
            }
            return;
        }
        self.numeric(client, n::RPL_ENDOFNAMES, &[&channel, "End of /NAMES list"]);
    }

    /// As few lines as they fit into.
    fn packed(&self, client: ClientId, names: Vec<String>) -> Vec<String> {
        let target = self.sessions.get(&client).map_or("*", Session::target);
        let server = Source::Server(&self.settings.server_name);
        let room = Reply::room(&server, "353", &[target, "=", &self.settings.channel]);
        pack(names, " ", room)
    }
}
