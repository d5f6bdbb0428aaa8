//! What `RUST_LOG` may say: levels, and modules with levels.
//!
//! The filter that understands more (spans and their fields) is built on regular
//! expressions, and costs a node that rests a quarter of a megabyte. We have no spans.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;

/// Reads `debug`, `enclave_irc::daemon=trace` or `warn,enclave_irc=debug`. A module alone
/// shows all it has to say. `None` where it is anything else.
pub(super) fn parse(text: &str) -> Option<Targets> {
    let directives = text.split(',').map(str::trim).filter(|one| !one.is_empty());
    directives
        .map(parse_one)
        .try_fold(Targets::new(), |targets, one| match one? {
            (None, level) => Some(targets.with_default(level)),
            (Some(module), level) => Some(targets.with_target(module, level)),
        })
}

fn parse_one(directive: &str) -> Option<(Option<&str>, LevelFilter)> {
    let (module, level) = match directive.split_once('=') {
        // An empty one would be taken for a level, too.
        Some((_, "")) => return None,
        Some((module, level)) => (module, level.parse().ok()?),
        None => match directive.parse() {
            Ok(level) => return Some((None, level)),
            Err(_) => (directive, LevelFilter::TRACE),
        },
    };
    let is_of_a_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_-:".contains(&byte);
    let is_module = !module.is_empty() && module.bytes().all(is_of_a_name);
    is_module.then_some((Some(module), level))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing::Level;

    #[test]
    fn levels_and_modules() {
        let targets = parse("warn, enclave_irc::daemon=trace,enclave_irc::irc,").unwrap();
        assert!(targets.would_enable("tokio", &Level::WARN));
        assert!(!targets.would_enable("tokio", &Level::INFO));
        assert!(targets.would_enable("enclave_irc::daemon::door", &Level::TRACE));
        assert!(targets.would_enable("enclave_irc::irc", &Level::TRACE));
        assert!(!targets.would_enable("enclave_irc::gateway", &Level::INFO));
        let all = parse("debug").unwrap();
        assert!(all.would_enable("anything", &Level::DEBUG));
        assert!(!all.would_enable("anything", &Level::TRACE));
        assert!(!parse("OFF").unwrap().would_enable("any", &Level::ERROR));
    }

    #[test]
    fn what_cannot_be_read_is_not_half_read() {
        for wrong in [
            "=/=",
            "=debug",
            "debug,a=loud",
            "a=",
            "a=b=c",
            "[span]=debug",
            "a[span{field=1}]=debug",
            "info,two words",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
