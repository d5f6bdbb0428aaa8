//! Which web pages may connect.
//!
//! The browser names the page's site in the header `Origin`. What the header `Host` says is
//! not looked at: whoever owns a name can have it point at this machine (DNS rebinding), and
//! then both headers agree.

/// Whether a page of this site may connect: one of this door's own `hosts`, at whatever
/// port, over HTTP or HTTPS, or one that is listed word for word.
pub fn is_allowed(site: &str, hosts: &[String], listed: &[String]) -> bool {
    listed.iter().any(|listed| listed == site)
        || host_of(site)
            .is_some_and(|host| (hosts.iter()).any(|own| own.eq_ignore_ascii_case(host)))
}

/// The host of `http://host` or `http://host:port`, with the brackets of an IPv6 address.
fn host_of(site: &str) -> Option<&str> {
    let rest = site
        .strip_prefix("http://")
        .or_else(|| site.strip_prefix("https://"))?;
    let end = match rest.strip_prefix('[') {
        Some(address) => address.find(']')? + 2,
        None => rest.find(':').unwrap_or(rest.len()),
    };
    let (host, port) = rest.split_at_checked(end)?;
    let digits = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let is_port = port.is_empty() || port.strip_prefix(':').is_some_and(digits);
    (is_port && !host.is_empty()).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_hosts_and_listed_sites_are_allowed_and_nothing_that_looks_like_them() {
        let hosts = ["localhost", "127.0.0.1", "[::1]"].map(str::to_owned);
        let listed = ["https://irc.example.org".to_owned()];
        for site in [
            "http://localhost",
            "http://localhost:8000",
            "https://LOCALHOST:1",
            "http://127.0.0.1:6680",
            "http://[::1]:6680",
            "https://irc.example.org",
        ] {
            assert!(is_allowed(site, &hosts, &listed), "{site}");
        }
        for site in [
            "null",
            "",
            "http://",
            "localhost",
            "ftp://localhost",
            "http://localhost.evil.example",
            "http://localhost@evil.example",
            "http://localhost:80@evil.example",
            "http://localhost:evil",
            "http://localhost:",
            "http://localhost/",
            "http://evil.example",
            "http://[::1",
            "http://[::1]evil.example",
            "http://irc.example.org",
            "https://irc.example.org:8443",
            "https://irc.example.org.evil.example",
        ] {
            assert!(!is_allowed(site, &hosts, &listed), "{site}");
        }
    }
}
