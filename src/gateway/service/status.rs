//! Commands about how we are: status, reconnect, rehash.

use super::super::Gateway;
use super::super::effect::Effect;
use super::{Answer, Asked};

pub(super) fn status(gateway: &mut Gateway, asked: &Asked<'_>) -> Answer {
    if asked.words.is_empty() {
        let seen = format!("Your contacts see you as {}.", gateway.seen_as());
        return Ok([seen].into_iter().chain(gateway.store_text()).collect());
    }
    let text = asked.rest(1);
    let said = asked.word(0).unwrap_or_default().to_lowercase();
    match said.as_str() {
        "available" => gateway.set_all_away(""),
        "away" => gateway.set_all_away(if text.is_empty() { "Away" } else { &text }),
        "busy" => gateway.set_all_away(format!("busy: {text}").trim()),
        "offline" => gateway.order_dark(&text),
        _ => {
            return Err(
                "Nothing was done. It is one of: available, away, busy, offline; then \
                        a text, if you like."
                    .to_owned(),
            );
        }
    }
    let seen = gateway.seen_as();
    Ok(vec![match said.as_str() {
        "available" if !text.is_empty() => {
            format!("Your contacts now see you as {seen}. (No text goes with available.)")
        }
        "offline" => format!(
            "Your contacts now see you as {seen}, and none of them can reach you. To come \
             back: status available"
        ),
        _ => format!("Your contacts now see you as {seen}."),
    }])
}

pub(super) fn reconnect(gateway: &mut Gateway, asked: &Asked<'_>) -> Answer {
    if gateway.is_dark() {
        return Err("You are offline yourself. To come back: status available".to_owned());
    }
    let addresses = match asked.word(0) {
        Some(nick) => {
            let contact = gateway.contact_named(nick)?;
            if contact.blocked || contact.online() {
                let word = contact.presence_word();
                return Err(format!("Nothing was done: {} is {word}.", contact.nick));
            }
            vec![contact.address]
        }
        None => {
            let offline = gateway
                .roster
                .contacts()
                .filter(|c| !c.online() && !c.blocked);
            offline.map(|contact| contact.address).collect()
        }
    };
    let count = addresses.len();
    for address in addresses {
        gateway.mesh(|mesh, now, out| mesh.dial_now(address, now, out));
    }
    Ok(vec![match count {
        0 => "All your contacts are online.".to_owned(),
        1 => "Dialling.".to_owned(),
        count => format!("Dialling {count} contacts."),
    }])
}

pub(super) fn rehash(gateway: &mut Gateway, _: &Asked<'_>) -> Answer {
    gateway.effects.push(Effect::Reload);
    Ok(vec![
        "Reading configuration and address book again.".to_owned(),
    ])
}

impl Gateway {
    /// Says AWAY for every client the person may sit at, so that it holds for the person, and
    /// tells each, so that it shows what it now is.
    fn set_all_away(&mut self, text: &str) {
        for client in self.attended() {
            self.set_away(client, text);
            self.answer_away(client);
        }
    }
}
