//! A configuration, however it is written: within its bounds, or everything that is wrong
//! with it, in order.

#![no_main]

use std::path::Path;

use enclave_irc::config::{
    Config, MAXIMUM_ALIAS, MAXIMUM_FRAME, MAXIMUM_GRACE, MINIMUM_FRAME, OwnAddress, differences,
    format_duration, format_size, needs_restart, parse, parse_duration, parse_size,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Ok(written) = str::from_utf8(input) else {
        return;
    };
    let file = Path::new("config.toml");
    match parse(file, written) {
        Ok(config) => check(&config),
        Err(problems) => {
            assert!(!problems.is_empty());
            let lines = written.split('\n').count();
            for problem in &problems {
                assert!(problem.line.is_none_or(|line| (1..=lines).contains(&line)));
                let shown = problem.to_string();
                assert!(shown.starts_with("config.toml:") && !problem.remedy.is_empty());
                assert!(!shown.contains("hunter2") || !has_wrong_password(written));
            }
            assert!(problems.is_sorted_by_key(|problem| problem.line));
        }
    }
});

fn check(config: &Config) {
    let (enclave, irc) = (&config.enclave, &config.irc);
    assert!((MINIMUM_FRAME..=MAXIMUM_FRAME).contains(&enclave.max_frame));
    assert!(enclave.grace <= MAXIMUM_GRACE && enclave.port != 0);
    assert!(enclave.alias.chars().count() <= MAXIMUM_ALIAS);
    assert!(!enclave.alias.chars().any(char::is_control));
    assert!(!enclave.networks.is_empty());
    if let OwnAddress::Given(address) = enclave.address {
        assert!(enclave.networks.iter().any(|one| one.contains(address)));
    }
    assert!(!irc.listen.is_empty());
    let has_key = !irc.password.is_empty() || !irc.fingerprints.is_empty();
    assert!(has_key || !irc.listen.iter().any(|one| one.is_reachable()));
    let is_name =
        |name: &str| !name.is_empty() && !name.contains([' ', '\r', '\n', '\0', '!', '@']);
    assert!(is_name(&irc.server_name));
    assert!(
        irc.channel
            .iter()
            .all(|channel| is_name(channel) && !channel.contains(','))
    );
    assert!(irc.password.is_empty() || irc.password.is_argon2_hash());
    assert!(!format!("{config:?}").contains("$argon2id$"));

    assert_eq!(
        parse_duration(&format_duration(enclave.grace)).ok(),
        Some(enclave.grace)
    );
    let size = enclave.max_frame as u64;
    assert_eq!(parse_size(&format_size(size)).ok(), Some(size));
    assert!(differences(config, config).is_empty());
    let all = differences(&Config::default(), config);
    assert!(
        needs_restart(&Config::default(), config)
            .iter()
            .all(|one| all.contains(one))
    );
}

/// A secret that is written wrongly is one all the same, where it stands nowhere else.
fn has_wrong_password(written: &str) -> bool {
    written.contains("[irc]\npassword = \"hunter2\"\n")
        && written.matches("hunter2").count() == 1
        && !written.contains("\"\"\"")
        && !written.contains("'''")
}
