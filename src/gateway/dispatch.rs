//! Who takes what: events from outside, and news from the mesh.

use crate::enclave::news::News;
use crate::store::Write;

use super::Gateway;
use super::event::Event;

impl Gateway {
    pub(super) fn dispatch(&mut self, event: Event) {
        match event {
            Event::ClientConnected { client, origin } => self.client_connected(client, origin),
            Event::ClientLine { client, line } => self.client_line(client, line),
            Event::ClientDrained { client } => self.client_drained(client),
            Event::ClientEnded { client, reason } => self.client_vanished(client, &reason),
            Event::Accepted {
                connection,
                remote,
                local,
            } => {
                self.mesh(|mesh, now, out| mesh.accepted(connection, remote, local, now, out));
            }
            Event::Dialled {
                connection,
                outcome,
            } => {
                self.mesh(|mesh, now, out| mesh.dialled(connection, outcome, now, out));
            }
            Event::Frame { connection, frame } => {
                self.mesh(|mesh, now, out| mesh.frame(connection, &frame, now, out));
            }
            Event::Acknowledged { connection, bytes } => {
                self.mesh(|mesh, now, out| mesh.acknowledged(connection, bytes, now, out));
            }
            Event::LinkEnded { connection } => {
                self.mesh(|mesh, now, out| mesh.ended(connection, now, out));
            }
            Event::OwnAddresses(addresses) => self.own_addresses_changed(addresses),
            Event::Woke => self.mesh(|mesh, now, out| mesh.woke(now, out)),
            Event::BookRead(book) => self.book_read(book),
            Event::BookChanged { change, outcome } => self.book_changed(change, outcome),
            Event::Settings(settings) => self.settings_changed(settings),
            Event::Notice(text) => self.notice_everyone(&text),
            Event::Deadline => self.deadline_came(),
            Event::Stored { through } => {
                self.store_has_spoken();
                self.stored(through);
            }
            Event::Answered { ticket, answer } => {
                self.store_has_spoken();
                self.answered(ticket, answer);
            }
            Event::PasswordChecked { client, is_right } => {
                self.password_checked(client, is_right);
            }
            Event::StoreTrouble(trouble) => self.store_trouble(trouble),
            Event::Shutdown => self.shut_down(),
        }
    }

    pub(super) fn tell_news(&mut self, news: News) {
        match news {
            News::Presence {
                peer,
                presence,
                farewell,
            } => {
                self.contact_presence(peer, presence, farewell);
            }
            News::Alias { .. } => {}
            News::Message {
                peer,
                connection,
                id,
                text,
                tags,
                timestamp,
            } => self.message_in(peer, connection, id, &text, tags, timestamp),
            News::Signal { peer, tags } => self.contact_signals(peer, tags),
            News::Delivered { peer, keys } => self.delivered(peer, keys),
            News::Attempted { keys, .. } => self.store(Write::Attempted(keys)),
            News::Linked { peer } => self.contact_linked(peer),
            News::Garbage { peer, count } => {
                tracing::warn!(address = %peer, count, "a peer sends what is no packet; ignored");
            }
            News::Stranger(news) => self.stranger_news(news),
        }
    }
}
