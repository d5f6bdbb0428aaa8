//! What is different between two configurations, for when the file is read again.

use super::Config;

/// Whether a change of a key takes effect at once.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Effect {
    /// From the next event on.
    Now,
    /// Only when the program starts: a door is open, or clients have been told.
    AtStart,
}

/// The keys whose values differ, as `[section] key`, in the order of the file.
pub fn differences(old: &Config, new: &Config) -> Vec<&'static str> {
    changed(old, new).map(|(key, _)| key).collect()
}

/// Those of the [`differences`] that a running gateway cannot take over.
pub fn needs_restart(old: &Config, new: &Config) -> Vec<&'static str> {
    changed(old, new)
        .filter(|(_, effect)| *effect == Effect::AtStart)
        .map(|(key, _)| key)
        .collect()
}

fn changed(old: &Config, new: &Config) -> impl Iterator<Item = (&'static str, Effect)> {
    use Effect::{AtStart, Now};
    macro_rules! compare {
        ($($section:ident . $key:ident $effect:ident,)+) => {
            [$((
                concat!("[", stringify!($section), "] ", stringify!($key)),
                $effect,
                old.$section.$key != new.$section.$key,
            )),+]
        };
    }
    compare![
        enclave.address AtStart,
        enclave.interface AtStart,
        enclave.port AtStart,
        enclave.networks AtStart,
        enclave.alias Now,
        enclave.detached Now,
        enclave.grace Now,
        enclave.max_frame AtStart,
        enclave.delivery AtStart,
        irc.listen AtStart,
        irc.server_name AtStart,
        irc.channel AtStart,
        irc.password Now,
        irc.fingerprints Now,
        irc.allow Now,
        irc.certificate Now,
        irc.key Now,
        irc.origins Now,
        store.path AtStart,
        store.history Now,
        log.level AtStart,
    ]
    .into_iter()
    .filter(|(_, _, differs)| *differs)
    .map(|(key, effect, _)| (key, effect))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Listen;

    #[test]
    fn changed_keys_are_named_and_told_apart() {
        let old = Config::default();
        let mut new = old.clone();
        assert!(differences(&old, &new).is_empty());
        new.enclave.alias = "John".to_owned();
        new.irc.listen = vec![Listen::localhost(7000)];
        assert_eq!(differences(&old, &new), ["[enclave] alias", "[irc] listen"]);
        assert_eq!(needs_restart(&old, &new), ["[irc] listen"]);
    }
}
