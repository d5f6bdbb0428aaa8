//! What JohnSmith says. He is a program, and does not pretend otherwise.
//!
//! Pure: words in, answers out.

use crate::enclave::packet::Status;

/// What the friend does about what he was told, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Says something, of one line or several.
    Say(String),
    /// Changes what his contacts see of him.
    Appear(Status, String),
}

/// What he answers when asked for several lines; as one message.
const POEM: &str = "No server stands between us two,\n\
                    no list that knows us both by name:\n\
                    I keep my friends in a file, as you,\n\
                    and what you wrote is what came.";

const HELP: &str = "Try one of these words on me:\n\
                    \x20 poem        a message of several lines\n\
                    \x20 go away     I go away: /whois JohnSmith shows why\n\
                    \x20 be busy     I do not want to be disturbed\n\
                    \x20 come back   I am here again\n\
                    Anything else I send back. /away and /quit show on my side too.";

/// The friend's mind: how he appears, and how often he has been talked to.
#[derive(Debug, Default)]
pub struct Friend {
    heard: usize,
    status: Option<Status>,
    other: Option<Status>,
    has_greeted: bool,
}

impl Friend {
    /// What his contacts are shown to begin with.
    pub fn first_appearance() -> (Status, String) {
        (
            Status::Available,
            "say \"help\" to hear what I can do".to_owned(),
        )
    }

    /// Somebody said something.
    pub fn hear(&mut self, text: &str) -> Vec<Act> {
        let words = normalized(text);
        let mentions = |phrases: &[&str]| phrases.iter().any(|phrase| contains(&words, phrase));
        self.heard += 1;
        if mentions(&["go away", "leave me", "take a break", "lunch"]) {
            self.appear(
                Status::Away,
                "gone fishing",
                "All right, I am gone. /whois JohnSmith shows it; \"come back\" fetches me.",
            )
        } else if mentions(&["come back", "return", "wake up"]) {
            match self.status {
                Some(Status::Away | Status::Busy) => {
                    self.appear(Status::Available, "", "Here I am again.")
                }
                _ => say("I have been here all the time. \"go away\" sends me off."),
            }
        } else if mentions(&["be busy", "busy"]) {
            self.appear(
                Status::Busy,
                "counting packets",
                "Busy now. \"come back\" when you need me.",
            )
        } else if mentions(&["poem", "multi", "several lines"]) {
            say(POEM)
        } else if mentions(&["help", "what can you do"]) {
            say(HELP)
        } else if text.starts_with('\u{1}') {
            say("I saw that!")
        } else if mentions(&["hi", "hello", "hey", "hallo", "moin", "good morning"]) {
            say(self.pick(&[
                "Hello! You reached me over a TCP link of my own; no server was involved. Say \"help\".",
                "Hello again! Have you tried \"poem\"?",
                "Hi! Try /away lunch and tell me something: I will have noticed.",
            ]))
        } else if mentions(&["thanks", "thank you", "danke", "bye", "good night"]) {
            say(self.pick(&[
                "Any time. I am at home as long as the demo runs.",
                "You are welcome. /quit with some words, and I will see those.",
            ]))
        } else {
            say(&self.echo(text))
        }
    }

    /// The other side's presence is now this.
    pub fn see(&mut self, status: Status, text: &str) -> Vec<Act> {
        let before = self.other.replace(status);
        if before == Some(status) {
            return Vec::new();
        }
        match (before, status) {
            (_, Status::Available) if !std::mem::replace(&mut self.has_greeted, true) => {
                say("Hello! I am John, at the other end of this link. Say \"help\".")
            }
            // Coming online, in whatever mood, is nothing to remark on.
            (None | Some(Status::Offline), _) | (_, Status::Offline) => Vec::new(),
            (_, Status::Available) => say("Welcome back!"),
            (_, Status::Away) if text.is_empty() => say("I see that you are away."),
            (_, Status::Away) => say(&format!("I see that you are away: {text}")),
            (_, Status::Busy) => say("I see that you are busy. I will be quiet."),
        }
    }

    fn appear(&mut self, status: Status, text: &str, words: &str) -> Vec<Act> {
        self.status = Some(status);
        vec![
            Act::Say(words.to_owned()),
            Act::Appear(status, text.to_owned()),
        ]
    }

    fn echo(&self, text: &str) -> String {
        let away = match self.status {
            Some(Status::Away) => "(I am away, but) ",
            Some(Status::Busy) => "(I am busy, but) ",
            _ => "",
        };
        match self.heard % 4 {
            0 => format!("{away}I got {} characters: {text}", text.chars().count()),
            1 => format!("{away}You said: {text}"),
            2 => format!("{away}\"{text}\", you say? Say \"help\" to hear what I can do."),
            _ => format!("{away}{text} – the same to you!"),
        }
    }

    fn pick<'a>(&self, answers: &[&'a str]) -> &'a str {
        answers
            .get(self.heard.saturating_sub(1) % answers.len().max(1))
            .copied()
            .unwrap_or_default()
    }
}

fn say(text: &str) -> Vec<Act> {
    vec![Act::Say(text.to_owned())]
}

/// Lower-case words with single spaces, and one at each end.
fn normalized(text: &str) -> String {
    let mut words = String::from(" ");
    for word in text.split(|c: char| !c.is_alphanumeric()) {
        if !word.is_empty() {
            words.push_str(&word.to_lowercase());
            words.push(' ');
        }
    }
    words
}

fn contains(words: &str, phrase: &str) -> bool {
    words.match_indices(phrase).any(|(at, _)| {
        let before = words[..at].ends_with(' ');
        let after = words[at + phrase.len()..].starts_with(' ');
        before && after
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(acts: &[Act]) -> &str {
        match acts {
            [Act::Say(text), ..] => text,
            other => panic!("said nothing: {other:?}"),
        }
    }

    #[test]
    fn goes_away_is_busy_and_comes_back_when_asked() {
        let mut friend = Friend::default();
        let acts = friend.hear("Please go away!");
        assert_eq!(
            acts.get(1),
            Some(&Act::Appear(Status::Away, "gone fishing".to_owned()))
        );
        let acts = friend.hear("be BUSY");
        assert!(matches!(acts.get(1), Some(Act::Appear(Status::Busy, _))));
        assert!(said(&friend.hear("what?")).contains("I am busy"));
        let acts = friend.hear("come back, please");
        assert_eq!(
            acts.get(1),
            Some(&Act::Appear(Status::Available, String::new()))
        );
        assert_eq!(friend.hear("come back").len(), 1);
    }

    #[test]
    fn sends_several_lines_as_one_message() {
        let mut friend = Friend::default();
        for request in ["poem", "a poem?", "multi"] {
            let acts = friend.hear(request);
            assert_eq!(acts.len(), 1);
            assert_eq!(said(&acts).lines().count(), 4);
        }
    }

    #[test]
    fn words_inside_words_are_no_orders() {
        let mut friend = Friend::default();
        assert!(said(&friend.hear("this business")).contains("this business"));
    }

    #[test]
    fn sends_back_what_he_does_not_understand_with_variety() {
        let mut friend = Friend::default();
        let answers: Vec<_> = (0..4).map(|_| friend.hear("grüß dich 🙂")).collect();
        for (index, answer) in answers.iter().enumerate() {
            assert!(said(answer).contains("grüß dich 🙂"));
            assert!(!answers[..index].contains(answer));
        }
        let greetings = (friend.hear("hi"), friend.hear("Hello"));
        assert_ne!(greetings.0, greetings.1);
    }

    #[test]
    fn remarks_on_presence_only_when_it_changes() {
        let mut friend = Friend::default();
        assert!(friend.see(Status::Away, "").is_empty());
        assert!(said(&friend.see(Status::Available, "")).starts_with("Hello!"));
        assert!(friend.see(Status::Available, "").is_empty());
        assert!(said(&friend.see(Status::Away, "lunch")).contains("lunch"));
        assert_eq!(said(&friend.see(Status::Available, "")), "Welcome back!");
        assert!(friend.see(Status::Offline, "").is_empty());
        assert!(friend.see(Status::Available, "").is_empty());
    }
}
