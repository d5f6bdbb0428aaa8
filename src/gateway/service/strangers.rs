//! Commands about strangers: accept, reject, block, unblock.

use crate::book::Change;
use crate::enclave::address::Address;
use crate::irc::nick::derive;
use crate::irc::text::quote_for_display;

use super::super::Gateway;
use super::{Answer, Asked, Place};

/// The longest name taken over from a stranger, characters: what a contact's may have.
const NAME_COLUMNS: usize = crate::book::MAXIMUM_NAME;

pub(super) fn accept(gateway: &mut Gateway, asked: &Asked<'_>) -> Answer {
    let asked_for = asked.word(0).unwrap_or_default();
    let address = gateway.requester(asked_for, Place::Conversation)?;
    let given = asked.rest(1);
    let (name, nick) = if given.is_empty() {
        let alias = gateway
            .mesh
            .requests()
            .find(|request| request.address() == address)
            .and_then(|request| request.alias().map(str::to_owned))
            .map(|alias| quote_for_display(&alias, NAME_COLUMNS).trim().to_owned())
            .unwrap_or_default();
        // Whoever picks a name that is taken may be posing as someone, so only a free one
        // is taken as it is.
        let nick = derive(&alias, |_| false);
        if alias.is_empty() || gateway.could_be_taken_for_another(&nick.folded()) {
            return Err(format!(
                "Nothing was done: give them a name: accept {asked_for} NAME"
            ));
        }
        (alias, nick)
    } else {
        let nick = gateway.free_nick(&given);
        (given, nick)
    };
    gateway.add_contact(asked, address, name, nick)
}

pub(super) fn reject(gateway: &mut Gateway, asked: &Asked<'_>) -> Answer {
    let named = asked.word(0).unwrap_or_default();
    // As a number is, this is easily talk in the channel.
    if named.eq_ignore_ascii_case("all") && asked.place == Place::Conversation {
        return reject_all(gateway);
    }
    let address = gateway.requester(named, asked.place)?;
    turn_away(gateway, address);
    Ok(vec![format!(
        "{address} was turned away; you will not hear of them for a day."
    )])
}

/// Whoever has thousands of addresses fills all places, and nobody wants to answer each.
fn reject_all(gateway: &mut Gateway) -> Answer {
    let requests = gateway.mesh.requests();
    let addresses: Vec<Address> = requests.map(|request| request.address()).collect();
    if addresses.is_empty() {
        return Err("Nothing was done: nobody waits.".to_owned());
    }
    for address in &addresses {
        turn_away(gateway, *address);
    }
    Ok(vec![format!(
        "{} were turned away; you will not hear of them for a day.",
        addresses.len()
    )])
}

fn turn_away(gateway: &mut Gateway, address: Address) {
    gateway.mesh(|mesh, now, out| mesh.reject(address, now, out));
    gateway.silence(address);
    gateway.prompts.forget(address);
}

pub(super) fn block(gateway: &mut Gateway, asked: &Asked<'_>) -> Answer {
    let named = asked.word(0).unwrap_or_default();
    let (address, whom) = match gateway.contact_named(named) {
        Ok(contact) => (contact.address, contact.nick.to_string()),
        Err(_) => match gateway.requester(named, asked.place) {
            Ok(address) => (address, address.to_string()),
            Err(why) => {
                let address: Address = named.parse().map_err(|_| why)?;
                (address, address.to_string())
            }
        },
    };
    let done = format!("{whom} is blocked. To undo it: /msg enclave unblock {whom}");
    gateway.change_book(asked, Change::Block { address }, done, None);
    Ok(Vec::new())
}

pub(super) fn unblock(gateway: &mut Gateway, asked: &Asked<'_>) -> Answer {
    let named = asked.word(0).unwrap_or_default();
    let (address, whom, blocked) = match gateway.contact_named(named) {
        Ok(contact) => (contact.address, contact.nick.to_string(), contact.blocked),
        Err(why) => {
            let address: Address = named.parse().map_err(|_| why)?;
            (
                address,
                address.to_string(),
                gateway.blocked_strangers.contains(&address),
            )
        }
    };
    if !blocked {
        return Err(format!("Nothing was done: {whom} is not blocked."));
    }
    let done = format!("{whom} is no longer blocked.");
    gateway.change_book(asked, Change::Unblock { address }, done, None);
    Ok(Vec::new())
}

impl Gateway {
    /// The stranger that is meant by an address or by the number of its request. For what
    /// turns someone away, said in the channel, only an address will do: a number is easily
    /// talk.
    fn requester(&self, named: &str, place: Place) -> Result<Address, String> {
        let address = named.parse::<Address>().ok();
        let number = named
            .parse::<u32>()
            .ok()
            .filter(|_| place == Place::Conversation);
        let request = self.mesh.requests().find(|request| {
            Some(request.address()) == address || (number.is_some() && request.number() == number)
        });
        request.map(|request| request.address()).ok_or_else(|| {
            let named = quote_for_display(named, 45);
            format!(
                "Nothing was done: no request \"{named}\" is waiting. They are listed by: requests"
            )
        })
    }
}
