//! What was found, and how it is told: a line for a person, or an object for a program.

use serde::Serialize;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    /// As it should be.
    Ok,
    /// Perhaps not as it should be; nothing of ours is broken by it.
    Warn,
    /// Something does not work because of it.
    Fail,
}

/// One thing that was looked at. Nothing that a peer has said is ever in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    /// What kind of thing: `port`, `contact`.
    pub check: &'static str,
    /// Which one; empty where there is only one.
    pub subject: String,
    /// How bad it is.
    pub status: Status,
    /// What was found, as the rest of a sentence that the subject begins.
    pub finding: String,
    /// What to do about it; none where nothing is to be done.
    pub remedy: Option<String>,
}

impl Finding {
    pub fn ok(check: &'static str, subject: impl ToString, finding: impl Into<String>) -> Self {
        Self {
            check,
            subject: subject.to_string(),
            status: Status::Ok,
            finding: finding.into(),
            remedy: None,
        }
    }

    pub fn warn(
        check: &'static str,
        subject: impl ToString,
        finding: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            status: Status::Warn,
            remedy: Some(remedy.into()),
            ..Self::ok(check, subject, finding)
        }
    }

    pub fn fail(
        check: &'static str,
        subject: impl ToString,
        finding: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            status: Status::Fail,
            ..Self::warn(check, subject, finding, remedy)
        }
    }

    /// As one line for a person.
    pub fn line(&self, colours: bool) -> String {
        // Green, yellow, red (ECMA-48, "SGR").
        let (word, colour) = match self.status {
            Status::Ok => ("ok", 32),
            Status::Warn => ("warn", 33),
            Status::Fail => ("fail", 31),
        };
        let word = match colours {
            true => format!("\x1b[{colour}m{word:4}\x1b[0m"),
            false => format!("{word:4}"),
        };
        let of = if self.subject.is_empty() { "" } else { ": " };
        let remedy = self.remedy.as_ref().map(|remedy| format!(" → {remedy}"));
        format!(
            "{word}  {:11}  {}{of}{}{}",
            self.check,
            self.subject,
            self.finding,
            remedy.unwrap_or_default(),
        )
    }

    /// As one line for a program: a JSON object.
    pub fn json(&self) -> String {
        // A struct of texts can always be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_one_line() {
        let ok = Finding::ok("clock", "", "it is 2026");
        assert_eq!(ok.line(false), "ok    clock        it is 2026");
        let fail = Finding::fail("contact", "Eve", "refuses", "ask her");
        assert_eq!(
            fail.line(false),
            "fail  contact      Eve: refuses → ask her"
        );
        assert!(fail.line(true).starts_with("\x1b[31mfail\x1b[0m  contact"));
    }

    #[test]
    fn a_program_gets_five_keys_in_a_fixed_order() {
        assert_eq!(
            Finding::warn("disk", "/a", "little", "tidy up").json(),
            r#"{"check":"disk","subject":"/a","status":"warn","finding":"little","remedy":"tidy up"}"#
        );
        assert_eq!(
            Finding::ok("disk", "", "12GiB free").json(),
            r#"{"check":"disk","subject":"","status":"ok","finding":"12GiB free","remedy":null}"#
        );
    }
}
