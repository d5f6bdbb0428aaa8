//! What stands in for the certificate in a program that was built without TLS.

use super::{Irc, Paths};
use crate::irc::tls::Identity;
use crate::problem::Problem;

/// No door needs one: those that would are refused.
///
/// # Errors
/// None.
pub fn load(_: &Paths, _: &Irc) -> Result<Option<Identity>, Vec<Problem>> {
    Ok(None)
}
