//! What each plan of a zone includes, as Cloudflare's pages on plans say. A table, so that a plan can tell what an apply
//! would be refused; where the pages disagree it allows, and the dry run decides.
//!
//! <https://developers.cloudflare.com/waf/custom-rules/>, <https://developers.cloudflare.com/waf/rate-limiting-rules/>,
//! <https://developers.cloudflare.com/cache/how-to/cache-rules/>, <https://developers.cloudflare.com/dns/manage-dns-records/reference/record-attributes/>.

use std::fmt;

/// The plan of a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// Free.
    Free,
    /// Pro.
    Pro,
    /// Business.
    Business,
    /// Enterprise.
    Enterprise,
}

/// What a plan includes.
#[derive(Debug, PartialEq, Eq)]
pub struct Limits {
    /// Custom rules of a zone, everybody's together.
    pub custom_rules: usize,
    /// Rate limits of a zone, everybody's together.
    pub rate_limits: usize,
    /// Cache rules of a zone, everybody's together.
    pub cache_rules: usize,
    /// The longest time over which a rate limit counts, in seconds.
    pub rate_period: u64,
    /// The longest time for which a rate limit blocks, in seconds.
    pub rate_timeout: u64,
    /// Whether a rate limit may ask for the host.
    pub rate_by_host: bool,
    /// Whether a rate limit may do anything else than block.
    pub rate_challenge: bool,
    /// The shortest time that the edge keeps something, in seconds.
    pub edge_ttl: u64,
    /// The longest comment of a DNS record, in characters.
    pub comment: usize,
}

/// The times over which a rate limit can count, in seconds, on any plan.
pub const RATE_PERIODS: [u64; 20] =
    [10, 15, 20, 30, 40, 45, 60, 90, 120, 180, 240, 300, 480, 600, 900, 1200, 1800, 2400, 3600, 65535];

/// The shortest comment limit of all plans: what everything of ours fits into.
pub const SHORTEST_COMMENT: usize = 100;

impl Tier {
    /// All of them, from the least.
    pub const ALL: [Self; 4] = [Self::Free, Self::Pro, Self::Business, Self::Enterprise];

    /// The plan that a zone names. One that we do not know promises nothing.
    pub fn of(legacy_id: &str) -> Option<Self> {
        match legacy_id {
            "free" => Some(Self::Free),
            "pro" => Some(Self::Pro),
            "business" => Some(Self::Business),
            "enterprise" => Some(Self::Enterprise),
            _ => None,
        }
    }

    /// What it includes.
    pub fn limits(self) -> &'static Limits {
        match self {
            Self::Free => &FREE,
            Self::Pro => &PRO,
            Self::Business => &BUSINESS,
            Self::Enterprise => &ENTERPRISE,
        }
    }

    /// The least plan that allows it, if one does.
    pub fn least(allows: impl Fn(&Limits) -> bool) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| allows(tier.limits()))
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Free => "Free",
            Self::Pro => "Pro",
            Self::Business => "Business",
            Self::Enterprise => "Enterprise",
        })
    }
}

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

static FREE: Limits = Limits {
    custom_rules: 5,
    rate_limits: 1,
    cache_rules: 10,
    rate_period: 10,
    rate_timeout: 10,
    rate_by_host: false,
    rate_challenge: false,
    edge_ttl: 2 * HOUR,
    comment: SHORTEST_COMMENT,
};

static PRO: Limits = Limits {
    custom_rules: 20,
    rate_limits: 2,
    cache_rules: 25,
    rate_period: 60,
    rate_timeout: HOUR,
    rate_by_host: true,
    rate_challenge: true,
    edge_ttl: HOUR,
    comment: 500,
};

static BUSINESS: Limits = Limits {
    custom_rules: 100,
    rate_limits: 5,
    cache_rules: 50,
    rate_period: 600,
    rate_timeout: DAY,
    rate_by_host: true,
    rate_challenge: true,
    edge_ttl: 1,
    comment: 500,
};

static ENTERPRISE: Limits = Limits {
    custom_rules: 1000,
    // Five without application security, a hundred with it: what the contract says, the dry run knows.
    rate_limits: 100,
    cache_rules: 300,
    rate_period: 65535,
    rate_timeout: DAY,
    rate_by_host: true,
    rate_challenge: true,
    edge_ttl: 1,
    comment: 500,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dearer_plan_never_allows_less() {
        for pair in Tier::ALL.windows(2) {
            let (less, more) = (pair[0].limits(), pair[1].limits());
            assert!(more.custom_rules > less.custom_rules && more.rate_limits > less.rate_limits);
            assert!(more.cache_rules > less.cache_rules && more.rate_period > less.rate_period);
            assert!(more.rate_timeout >= less.rate_timeout && more.edge_ttl <= less.edge_ttl);
            assert!(more.comment >= less.comment && more.rate_by_host >= less.rate_by_host);
            assert!(more.rate_challenge >= less.rate_challenge);
        }
    }

    #[test]
    fn the_least_plan_that_allows_something_is_named() {
        assert_eq!(Tier::least(|limits| limits.rate_period >= 60), Some(Tier::Pro));
        assert_eq!(Tier::least(|limits| limits.edge_ttl <= 60), Some(Tier::Business));
        assert_eq!(Tier::least(|limits| limits.custom_rules > 5000), None);
    }

    #[test]
    fn plans_are_known_by_their_ids() {
        assert_eq!(Tier::of("business"), Some(Tier::Business));
        assert_eq!(Tier::of("partners_pro"), None);
    }
}
