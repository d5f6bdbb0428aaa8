//! The numerics: three digits that say what a reply is about.

use std::fmt;

use irc_proto::Response;

/// A reply's numeric. Displays as its three digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Numeric(pub u16);

impl fmt::Display for Numeric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03}", self.0)
    }
}

/// Makes a constant of each name: with irc-proto's value where only the name is given.
macro_rules! numerics {
    ($($name:ident $(= $value:expr)?),+ $(,)?) => {
        $(
            #[doc = concat!("`", stringify!($name), "`")]
            pub const $name: Numeric = Numeric(numerics!(@value $name $($value)?));
        )+
        #[cfg(test)]
        const ALL: &[(&str, Numeric)] = &[$((stringify!($name), $name)),+];
    };
    (@value $name:ident) => { Response::$name as u16 };
    (@value $name:ident $value:expr) => { $value };
}

// The names are modern IRC's where irc-proto or RFC 2812 spells them otherwise; those of
// extensions are the extensions'.
numerics! {
    // Welcome, and what the server is like.
    RPL_WELCOME,
    RPL_YOURHOST,
    RPL_CREATED,
    RPL_MYINFO,
    RPL_ISUPPORT,
    RPL_ENDOFSTATS,
    RPL_UMODEIS,
    RPL_STATSUPTIME,
    RPL_LUSERCLIENT,
    RPL_LUSEROP,
    RPL_LUSERUNKNOWN,
    RPL_LUSERCHANNELS,
    RPL_LUSERME,
    RPL_ADMINME,
    RPL_ADMINLOC1,
    RPL_ADMINLOC2,
    RPL_ADMINEMAIL,
    RPL_TRYAGAIN,
    RPL_LOCALUSERS,
    RPL_GLOBALUSERS,
    RPL_VERSION,
    RPL_LINKS,
    RPL_ENDOFLINKS,
    RPL_INFO,
    RPL_ENDOFINFO,
    RPL_MOTDSTART,
    RPL_MOTD,
    RPL_ENDOFMOTD,
    RPL_YOUREOPER,
    RPL_REHASHING,
    RPL_TIME,
    RPL_HELPSTART = 704,
    RPL_HELPTXT = 705,
    RPL_ENDOFHELP = 706,

    // Who is who, and who is there.
    RPL_WHOISCERTFP,
    RPL_AWAY,
    RPL_USERHOST,
    RPL_ISON,
    RPL_UNAWAY,
    RPL_NOWAWAY,
    RPL_WHOISREGNICK = 307,
    RPL_WHOISUSER,
    RPL_WHOISSERVER,
    RPL_WHOISOPERATOR,
    RPL_WHOWASUSER,
    RPL_ENDOFWHO,
    RPL_WHOISIDLE,
    RPL_ENDOFWHOIS,
    RPL_WHOISCHANNELS,
    RPL_WHOISSPECIAL = 320,
    RPL_WHOISACCOUNT = 330,
    RPL_WHOISBOT = 335,
    RPL_WHOISACTUALLY = 338,
    RPL_WHOREPLY,
    RPL_WHOSPCRPL = 354,
    RPL_ENDOFWHOWAS,
    RPL_WHOISHOST = 378,
    RPL_WHOISMODES = 379,
    RPL_WHOISSECURE = 671,
    RPL_MONONLINE,
    RPL_MONOFFLINE,
    RPL_MONLIST,
    RPL_ENDOFMONLIST,
    ERR_MONLISTFULL,

    // Channels.
    RPL_LISTSTART,
    RPL_LIST,
    RPL_LISTEND,
    RPL_CHANNELMODEIS,
    RPL_CREATIONTIME = 329,
    RPL_NOTOPIC,
    RPL_TOPIC,
    RPL_TOPICWHOTIME,
    RPL_INVITING,
    RPL_INVEXLIST = 346,
    RPL_ENDOFINVEXLIST = 347,
    RPL_EXCEPTLIST,
    RPL_ENDOFEXCEPTLIST,
    RPL_NAMREPLY,
    RPL_ENDOFNAMES,
    RPL_BANLIST,
    RPL_ENDOFBANLIST,

    // What went wrong.
    ERR_UNKNOWNERROR,
    ERR_NOSUCHNICK,
    ERR_NOSUCHSERVER,
    ERR_NOSUCHCHANNEL,
    ERR_CANNOTSENDTOCHAN,
    ERR_TOOMANYCHANNELS,
    ERR_WASNOSUCHNICK,
    ERR_TOOMANYTARGETS,
    ERR_NOORIGIN,
    ERR_INVALIDCAPCMD = 410,
    ERR_NORECIPIENT,
    ERR_NOTEXTTOSEND,
    ERR_INPUTTOOLONG = 417,
    ERR_UNKNOWNCOMMAND,
    ERR_NOMOTD,
    ERR_NOADMININFO,
    ERR_NONICKNAMEGIVEN,
    ERR_ERRONEUSNICKNAME = Response::ERR_ERRONEOUSNICKNAME as u16,
    ERR_NICKNAMEINUSE,
    ERR_NICKCOLLISION,
    ERR_USERNOTINCHANNEL,
    ERR_NOTONCHANNEL,
    ERR_USERONCHANNEL,
    ERR_SUMMONDISABLED,
    ERR_USERSDISABLED,
    ERR_NOTREGISTERED,
    ERR_NEEDMOREPARAMS,
    ERR_ALREADYREGISTERED = Response::ERR_ALREADYREGISTRED as u16,
    ERR_PASSWDMISMATCH,
    ERR_YOUREBANNEDCREEP,
    ERR_CHANNELISFULL,
    ERR_UNKNOWNMODE,
    ERR_INVITEONLYCHAN,
    ERR_BANNEDFROMCHAN,
    ERR_BADCHANNELKEY,
    ERR_BADCHANMASK,
    ERR_NOPRIVILEGES,
    ERR_CHANOPRIVSNEEDED,
    ERR_CANTKILLSERVER,
    ERR_NOOPERHOST,
    ERR_UMODEUNKNOWNFLAG,
    ERR_USERSDONTMATCH,
    ERR_HELPNOTFOUND = 524,
    ERR_INVALIDMODEPARAM = 696,
    ERR_NOPRIVS,

    // Accounts.
    RPL_LOGGEDIN,
    RPL_LOGGEDOUT,
    ERR_NICKLOCKED,
    RPL_SASLSUCCESS,
    ERR_SASLFAIL,
    ERR_SASLTOOLONG,
    ERR_SASLABORTED = Response::ERR_SASLABORT as u16,
    ERR_SASLALREADY,
    RPL_SASLMECHS,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names and digits as the Modern IRC document's own headings and table have them,
    /// and, for what it lacks, the extensions' specifications.
    const DOCUMENTED: &str = include_str!("documented.txt");

    #[test]
    fn each_numeric_is_as_documented() {
        for (name, numeric) in ALL {
            let line = DOCUMENTED
                .lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
            assert_eq!(line, Some(numeric.to_string().as_str()), "{name}");
        }
    }

    #[test]
    fn no_two_names_are_one_number() {
        for (index, (name, numeric)) in ALL.iter().enumerate() {
            assert!(
                ALL[..index].iter().all(|(_, other)| other != numeric),
                "{name}"
            );
        }
    }

    #[test]
    fn a_numeric_has_three_digits() {
        assert_eq!(RPL_WELCOME.to_string(), "001");
    }
}
