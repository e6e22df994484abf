//! Certificates that vouch for themselves: for the way from an edge, which encrypts and is told not to ask for more.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rcgen::{CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose};

use crate::cloud::aws::acm;

/// Long enough to be forgotten for a while; a refresh in the last month asks for the next one.
const LIFE: Duration = Duration::from_secs(2 * 365 * 24 * 60 * 60);

/// Clocks differ, and a certificate of the future is refused.
const BACK: Duration = Duration::from_secs(24 * 60 * 60);

/// The longest common name that a certificate can hold (RFC 5280, ub-common-name).
const COMMON_NAME: usize = 64;

/// A new P-256 key, and a certificate for the host name that it signed itself.
pub fn certificate(host: &str, now: SystemTime) -> Result<acm::KeyPair, rcgen::Error> {
    let mut params = CertificateParams::new(vec![host.to_owned()])?;
    params.distinguished_name = DistinguishedName::new();
    if host.len() <= COMMON_NAME {
        params.distinguished_name.push(DnType::CommonName, host);
    }
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.not_before = (now - BACK).into();
    let end = now + LIFE;
    params.not_after = end.into();
    let key = KeyPair::generate()?;
    let certificate = params.self_signed(&key)?.pem();
    let not_after =
        end.duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX));
    Ok(acm::KeyPair { certificate, key: key.serialize_pem(), not_after })
}

#[cfg(test)]
mod tests {
    use super::*;

    use rustls_pki_types::pem::PemObject;
    use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
    use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};

    const NOW: u64 = 1_700_000_000;
    const DAY: u64 = 24 * 60 * 60;

    fn made(host: &str) -> acm::KeyPair {
        certificate(host, UNIX_EPOCH + Duration::from_secs(NOW)).unwrap()
    }

    /// Whether a client that trusts it takes it for this host at this time.
    fn holds(pair: &acm::KeyPair, host: &str, at: u64) -> bool {
        let der = CertificateDer::from_pem_slice(pair.certificate.as_bytes()).unwrap();
        let (anchor, name) = (anchor_from_trusted_cert(&der).unwrap(), ServerName::try_from(host).unwrap());
        let end = EndEntityCert::try_from(&der).unwrap();
        let (time, usage) = (UnixTime::since_unix_epoch(Duration::from_secs(at)), KeyUsage::server_auth());
        let algorithms = &[webpki::ring::ECDSA_P256_SHA256];
        let path = end.verify_for_usage(algorithms, std::slice::from_ref(&anchor), &[], time, usage, None, None);
        path.is_ok() && end.verify_is_valid_for_subject_name(&name).is_ok()
    }

    #[test]
    fn it_is_for_its_host_and_its_time_and_signed_by_its_own_key() {
        let long = format!("{}.{}.example", "a".repeat(40), "b".repeat(40));
        for host in ["shop.internal.example", &long] {
            let pair = made(host);
            assert!(holds(&pair, host, NOW) && holds(&pair, host, NOW + 729 * DAY));
            assert!(!holds(&pair, host, NOW + 731 * DAY) && !holds(&pair, host, NOW - 2 * DAY));
            assert!(!holds(&pair, "other.example", NOW));
        }
    }

    #[test]
    fn every_key_is_new_and_never_shown() {
        let (one, other) = (made("shop.example"), made("shop.example"));
        assert_ne!(one.key, other.key);
        assert!(one.key.starts_with("-----BEGIN PRIVATE KEY-----"));
        assert!(!format!("{one:?}").contains("PRIVATE"));
    }
}
