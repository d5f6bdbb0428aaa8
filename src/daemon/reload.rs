//! What comes of reading the files anew.

use jiff::tz::TimeZone;
use tracing::{info, warn};

use crate::config::{self, Config, Paths};
use crate::gateway::event::Event;
use crate::gateway::settings::Settings;
use crate::problem::Problem;

use super::door::Policy;
use super::files::{self, BothFiles, Contents};

/// The configuration that the program was started with, of which some keys hold until it
/// ends.
#[derive(Debug)]
pub struct Running {
    started_with: Config,
    paths: Paths,
}

impl Running {
    /// Started with this.
    pub fn new(config: Config, paths: Paths) -> Self {
        Self {
            started_with: config,
            paths,
        }
    }

    /// What is to happen now that the files have been read anew: events for the gateway,
    /// in order, and what holds at the doors from now on.
    ///
    /// If one file is bad, none is followed: they may have been edited together.
    pub fn follow(&self, files: BothFiles) -> (Vec<Event>, Option<Policy>) {
        let Contents {
            config,
            book,
            identity,
            zone,
        } = match files {
            Ok(contents) => contents,
            Err(problems) => return (refused(problems), None),
        };
        info!("configuration and address book read again");
        let waiting = config::needs_restart(&self.started_with, &config);
        let policy = Policy::new(&config.irc, identity);
        let mut events = vec![
            Event::Settings(self.settings(&config, zone)),
            Event::BookRead(Ok(book)),
        ];
        if waiting.is_empty() {
            events.push(notice(
                "Configuration and address book read again.".to_owned(),
            ));
        } else {
            let text = format!(
                "Configuration and address book read again. Changed, but in force only after a restart: {}.",
                waiting.join(", ")
            );
            warn!("{text}");
            events.push(notice(text));
        }
        (events, Some(policy))
    }

    /// The new settings, but for what holds until the program ends.
    fn settings(&self, config: &Config, zone: TimeZone) -> Settings {
        let started = files::settings(&self.started_with, &self.paths, zone.clone());
        Settings {
            server_name: started.server_name,
            channel: started.channel,
            networks: started.networks,
            receipts: started.receipts,
            ..files::settings(config, &self.paths, zone)
        }
    }
}

fn refused(problems: Vec<Problem>) -> Vec<Event> {
    let first = "Nothing has been changed, because there are errors:".to_owned();
    std::iter::once(first)
        .chain(problems.iter().map(ToString::to_string))
        .map(|text| {
            warn!("{text}");
            notice(text)
        })
        .collect()
}

fn notice(text: String) -> Event {
    Event::Notice(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::Book;
    use crate::config::{Allow, Listen};
    use std::path::Path;

    fn running() -> Running {
        let paths = Paths {
            config: "config.toml".into(),
            config_is_named: true,
            contacts: "contacts.toml".into(),
            state_dir: "state".into(),
        };
        Running::new(Config::default(), paths)
    }

    #[test]
    fn a_bad_file_changes_nothing_and_every_problem_is_told() {
        let problem = |text: &str| Problem::of_file(Path::new("contacts.toml"), text, "mend it");
        let (events, policy) = running().follow(Err(vec![problem("one"), problem("two")]));
        assert!(policy.is_none());
        let told: Vec<String> = events
            .into_iter()
            .map(|event| match event {
                Event::Notice(text) => text,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(told.len(), 3);
        assert_eq!(told[2], "contacts.toml: two; mend it");
    }

    #[test]
    fn what_can_change_changes_and_what_cannot_is_named() {
        let mut config = Config::default();
        config.enclave.alias = "John".to_owned();
        config.irc.listen = vec![Listen::localhost(7000)];
        config.irc.server_name = "other.local".to_owned();
        config.irc.allow = Allow::Anyone;
        let (events, policy) = running().follow(Ok(Contents {
            config,
            book: Book::default(),
            identity: None,
            zone: TimeZone::UTC,
        }));
        assert_eq!(policy.unwrap().allow, Allow::Anyone);
        let [
            Event::Settings(settings),
            Event::BookRead(Ok(_)),
            Event::Notice(text),
        ] = &events[..]
        else {
            panic!("{events:?}");
        };
        assert_eq!(settings.alias, "John");
        assert_eq!(settings.server_name, "enclave.local");
        assert!(
            text.ends_with("restart: [irc] listen, [irc] server_name."),
            "{text}"
        );
    }
}
