//! Is a mesh there, and do we have an address on it?

use super::finding::Finding;
use crate::enclave::address::Address;
use crate::enclave::network::Network;
use crate::enclave::own::Own;

/// A program that makes a mesh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Program {
    /// cjdns.
    Cjdroute,
    /// Yggdrasil.
    Yggdrasil,
}

impl Program {
    pub const ALL: [Self; 2] = [Self::Cjdroute, Self::Yggdrasil];

    /// What its process is called.
    pub fn process(self) -> &'static str {
        match self {
            Self::Cjdroute => "cjdroute",
            Self::Yggdrasil => "yggdrasil",
        }
    }

    /// The network in which it gives addresses.
    fn network(self) -> &'static str {
        match self {
            Self::Cjdroute => "fc00::/8",
            Self::Yggdrasil => "200::/7",
        }
    }

    /// Whether addresses of this network are its.
    fn serves(self, network: &Network) -> bool {
        let its: Result<Network, _> = self.network().parse();
        its.is_ok_and(|its| its.overlaps(network))
    }
}

/// What is known about the mesh.
#[derive(Clone, Debug, Default)]
pub(super) struct Mesh {
    /// Whose addresses we believe.
    pub networks: Vec<Network>,
    /// The configured address; none: whatever is in the networks.
    pub fixed: Option<Address>,
    /// The configured interface, if one is.
    pub interface: Option<String>,
    /// All interfaces with an address.
    pub interfaces: Vec<String>,
    /// What there would be without configured address and interface.
    pub present: Vec<Own>,
    /// What counts as ours.
    pub own: Vec<Own>,
    /// The mesh programs that run; none where the system does not tell.
    pub programs: Option<Vec<Program>>,
}

impl Mesh {
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = self.programs();
        findings.extend(self.configured());
        for own in &self.own {
            let carrier = format!("ours, on the interface {}", own.interface);
            findings.push(Finding::ok("address", own.address, carrier));
        }
        findings
    }

    fn runs(&self, program: Program) -> bool {
        let programs = self.programs.as_ref();
        programs.is_some_and(|programs| programs.contains(&program))
    }

    /// What makes the addresses.
    fn programs(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for network in &self.networks {
            let found = self.present.iter().any(|own| network.contains(own.address));
            let program = Program::ALL.into_iter().find(|one| one.serves(network));
            findings.push(match program {
                Some(program) if self.runs(program) && found => {
                    Finding::ok("mesh", network, format!("{} runs", program.process()))
                }
                _ if found => Finding::ok("mesh", network, "an interface carries an address in it"),
                program => self.missing(network, program),
            });
        }
        findings
    }

    /// There is no address in a network.
    fn missing(&self, network: &Network, program: Option<Program>) -> Finding {
        let (finding, remedy) = match program {
            Some(program) if self.runs(program) => (
                format!(
                    "{} runs, but no interface carries an address in it",
                    program.process()
                ),
                format!(
                    "look into the log of {}: may it make an interface?",
                    program.process()
                ),
            ),
            Some(program) if self.programs.is_some() => (
                format!(
                    "{} does not run, and no interface carries an address in it",
                    program.process()
                ),
                self.start(program),
            ),
            Some(program) => (
                "no interface carries an address in it".to_owned(),
                self.start(program),
            ),
            None => (
                "no interface carries an address in it".to_owned(),
                "start what makes this network, or correct networks in [enclave]".to_owned(),
            ),
        };
        // One mesh of several is enough to be reached.
        match self.present.is_empty() {
            true => Finding::fail("mesh", network, finding, remedy),
            false => Finding::warn("mesh", network, finding, remedy),
        }
    }

    /// How to have a network: start its program, or take the one that runs already.
    fn start(&self, program: Program) -> String {
        let is_unused = |other: &Program| {
            self.runs(*other) && !self.networks.iter().any(|network| other.serves(network))
        };
        match Program::ALL.into_iter().find(is_unused) {
            Some(other) => format!(
                "start {}; or use {}, which runs, with networks = [\"{}\"] in [enclave]",
                program.process(),
                other.process(),
                other.network()
            ),
            None => format!("start {}", program.process()),
        }
    }

    /// What is configured and cannot be had.
    fn configured(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        if let Some(name) = &self.interface
            && !self.interfaces.contains(name)
        {
            findings.push(Finding::fail(
                "interface",
                name,
                "configured, and not there or has no address",
                "set interface = \"\" in [enclave], or start what makes it",
            ));
        }
        let Some(fixed) = self.fixed else {
            if self.own.is_empty() && !self.present.is_empty() {
                findings.push(Finding::fail(
                    "address",
                    "",
                    "the configured interface carries none of our addresses",
                    "set interface = \"\" in [enclave]",
                ));
            }
            return findings;
        };
        if self.own.is_empty() {
            let remedy = match self.present.first() {
                Some(own) => format!(
                    "set address = \"{}\" in [enclave], or \"auto\"",
                    own.address
                ),
                None => "start the mesh, or set address = \"auto\" in [enclave]".to_owned(),
            };
            let finding = "configured, and carried by no interface";
            findings.push(Finding::fail("address", fixed, finding, remedy));
        }
        findings
    }
}
