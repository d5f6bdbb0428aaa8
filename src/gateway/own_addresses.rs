//! Our own addresses: they come and go with the mesh, and friends need to know them.

use crate::enclave::address::Address;

use super::Gateway;
use super::roster::{Contact, host};

impl Gateway {
    /// The mesh has come, gone, or given us another address.
    pub(super) fn own_addresses_changed(&mut self, addresses: Vec<Address>) {
        let before = std::mem::replace(&mut self.own_addresses, addresses.clone());
        self.own_host = addresses.first().map(|address| host(*address));
        // Who attaches later is told what holds then.
        if addresses.is_empty() && !before.is_empty() {
            self.notice_attached(&self.no_address_text());
        } else if !addresses.is_empty() && addresses != before {
            let text = self.own_address_text();
            self.notice_attached(&format!("Your address, for your friends: {text}"));
        }
        self.mesh(|mesh, now, out| mesh.set_own_addresses(addresses, now, out));
        self.warn_of_own_address();
    }

    /// Says so where a contact has our own address: it can never be reached.
    pub(super) fn warn_of_own_address(&mut self) {
        let ours = |contact: &&Contact| self.own_addresses.contains(&contact.address);
        let Some(contact) = self.roster.contacts().find(ours) else {
            return;
        };
        let text = format!(
            "{} is in your address book with your own address, {}. Give them theirs: {}",
            contact.nick, contact.address, self.settings.book
        );
        if !self.unread_notices.contains(&text) {
            tracing::warn!("{text}");
            self.notice_everyone(&text);
        }
    }

    /// Our addresses in one text.
    pub(super) fn own_address_text(&self) -> String {
        let addresses: Vec<_> = self.own_addresses.iter().map(ToString::to_string).collect();
        addresses.join(", ")
    }

    /// The networks we trust, in one text.
    pub(super) fn networks_text(&self) -> String {
        let networks = self.settings.networks.iter().map(ToString::to_string);
        networks.collect::<Vec<_>>().join(" or ")
    }

    /// What to say while the mesh is not there.
    pub(super) fn no_address_text(&self) -> String {
        format!(
            "This machine has no address in {} yet, so no contact can be reached. Is cjdns \
             running? The gateway goes on by itself as soon as the address is there.",
            self.networks_text()
        )
    }
}
