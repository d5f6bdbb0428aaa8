//! The 005 lines, which tell a client what the server is like (modern IRC,
//! "Feature Advertisement").

use std::fmt::Write as _;

use super::numeric::RPL_ISUPPORT;
use super::reply::{Reply, Source};
use super::text;

/// The most tokens in one line: fifteen parameters without nick and closing text.
const TOKENS_A_LINE: usize = 13;

const CLOSING: &str = "are supported by this server";

/// The tokens to advertise, in the order in which they were given.
#[derive(Clone, Debug, Default)]
pub struct Isupport {
    tokens: Vec<(&'static str, String)>,
}

impl Isupport {
    /// No tokens yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A token without a value. A parameter is advertised once: the last word counts.
    pub fn flag(self, parameter: &'static str) -> Self {
        self.with(parameter, String::new())
    }

    /// A token with a value, which may hold anything: what the format has no room for is
    /// written as `\xHH`.
    pub fn value(self, parameter: &'static str, value: impl AsRef<str>) -> Self {
        self.with(parameter, format!("={}", escape(value.as_ref())))
    }

    /// A token whose value is a number.
    pub fn number(self, parameter: &'static str, number: usize) -> Self {
        self.value(parameter, number.to_string())
    }

    fn with(mut self, parameter: &'static str, value: String) -> Self {
        self.tokens.retain(|(known, _)| *known != parameter);
        self.tokens.push((parameter, value));
        self
    }

    /// The lines for one client, each at most 512 bytes and 13 tokens.
    pub fn replies(&self, server: &str, nick: &str) -> Vec<Reply> {
        let source = Source::Server(server);
        let room = Reply::room(&source, "005", &[nick]).saturating_sub(CLOSING.len() + 2);
        let tokens: Vec<String> = self
            .tokens
            .iter()
            .map(|(parameter, value)| format!("{parameter}{value}"))
            .collect();
        let mut replies = Vec::new();
        for line in tokens
            .chunks(TOKENS_A_LINE)
            .flat_map(|tokens| text::pack(tokens, " ", room))
        {
            let mut params: Vec<&str> = line.split(' ').collect();
            params.push(CLOSING);
            replies.push(Reply::numeric(server, nick, RPL_ISUPPORT, &params));
        }
        replies
    }
}

fn escape(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_graphic() && !matches!(byte, b'=' | b'\\') {
            escaped.push(char::from(byte));
        } else {
            // Writing into a String does not fail.
            let _ = write!(escaped, "\\x{byte:02X}");
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::capability::Capabilities;
    use super::*;

    fn lines(isupport: &Isupport) -> Vec<String> {
        let lines = isupport.replies("enclave.local", "alice");
        let lines = lines.iter().map(|reply| {
            let mut out = Vec::new();
            reply.write(Capabilities::NONE, &mut out);
            String::from_utf8(out).unwrap()
        });
        lines.collect()
    }

    #[test]
    fn tokens_are_written_and_escaped() {
        let isupport = Isupport::new()
            .value("NETWORK", "old")
            .flag("UTF8ONLY")
            .number("NICKLEN", 30)
            .value("PREFIX", "(v)+")
            .value("NETWORK", r"A b=c\ü");
        assert_eq!(
            lines(&isupport),
            [":enclave.local 005 alice UTF8ONLY NICKLEN=30 PREFIX=(v)+ \
              NETWORK=A\\x20b\\x3Dc\\x5C\\xC3\\xBC :are supported by this server\r\n"]
        );
    }

    #[test]
    fn no_line_has_more_than_thirteen_tokens_or_512_bytes() {
        const NAMES: [&str; 20] = [
            "A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P", "Q",
            "R", "S", "T",
        ];
        let with = |value: &str| {
            let value = &value;
            NAMES.iter().fold(Isupport::new(), |isupport, name| {
                isupport.value(name, value)
            })
        };
        assert_eq!(lines(&with("x")).len(), 2);
        let long = lines(&with(&"x".repeat(60)));
        assert!(long.len() > 2);
        assert!(long.iter().all(|line| line.len() <= 512));
        assert_eq!(long.concat().matches("=x").count(), NAMES.len());
        assert!(
            long.iter()
                .all(|line| line.ends_with(" :are supported by this server\r\n"))
        );
    }
}
