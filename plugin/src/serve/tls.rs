//! TLS between exactly two parties: the CLI sends the one certificate it will use, and we pin it.
//!
//! Its key is on the curve P-521, which the `ring` provider of rustls does not verify, so that is done here. Without it
//! a Go client would silently send no certificate at all.

use std::sync::Arc;

use p521::{
    PublicKey,
    ecdsa::{Signature, VerifyingKey, signature::Verifier},
    pkcs8::DecodePublicKey,
};
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose};
use tokio_rustls::rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, PeerIncompatible, ServerConfig, SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::{CryptoProvider, ring, verify_tls13_signature},
    pki_types::{CertificateDer, PrivateKeyDer, UnixTime, pem::PemObject},
    server::danger::{ClientCertVerified, ClientCertVerifier},
    version::TLS13,
};

#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("the client's certificate is no PEM certificate")]
    ClientCertificate(#[source] tokio_rustls::rustls::pki_types::pem::Error),
    #[error("no certificate can be made")]
    OwnCertificate(#[from] rcgen::Error),
    #[error("the TLS settings do not fit together")]
    Config(#[from] Error),
}

/// Our side of TLS: a certificate made for this process, and the rule whom to let in.
#[derive(Debug)]
pub struct Identity {
    pub config: Arc<ServerConfig>,
    /// DER, for the handshake line.
    pub certificate: Vec<u8>,
}

impl Identity {
    pub fn new(client_pem: &str) -> Result<Self, TlsError> {
        let client = CertificateDer::from_pem_slice(client_pem.as_bytes()).map_err(TlsError::ClientCertificate)?;
        let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?;
        let certificate = certificate_params()?.self_signed(&key)?.der().clone();
        let provider = Arc::new(ring::default_provider());
        let verifier = Pinned { client: client.into_owned(), provider: Arc::clone(&provider) };
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&TLS13])?
            .with_client_cert_verifier(Arc::new(verifier))
            .with_single_cert(vec![certificate.clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))?;
        // Newer gRPC clients refuse a server that does not say so.
        config.alpn_protocols = vec![b"h2".to_vec()];
        Ok(Self { config: Arc::new(config), certificate: certificate.to_vec() })
    }
}

/// What the CLI asks of our certificate: a DNS name `localhost`, and a time that its clock agrees with.
fn certificate_params() -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()])?;
    params.distinguished_name.push(DnType::CommonName, "localhost");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let now = time::OffsetDateTime::now_utc();
    params.not_before = now - time::Duration::minutes(1);
    params.not_after = now + time::Duration::days(365);
    Ok(params)
}

/// Lets in one certificate, compared byte by byte, whose owner proves to hold its key.
#[derive(Debug)]
struct Pinned {
    client: CertificateDer<'static>,
    provider: Arc<CryptoProvider>,
}

impl ClientCertVerifier for Pinned {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        if *end_entity == self.client {
            Ok(ClientCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(PeerIncompatible::Tls12NotOffered.into())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if signed.scheme == SignatureScheme::ECDSA_NISTP521_SHA512 {
            verify_p521(message, certificate, signed.signature())
        } else {
            verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
        }
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let mut schemes = self.provider.signature_verification_algorithms.supported_schemes();
        schemes.insert(0, SignatureScheme::ECDSA_NISTP521_SHA512);
        schemes
    }
}

fn verify_p521(
    message: &[u8],
    certificate: &CertificateDer<'_>,
    signature: &[u8],
) -> Result<HandshakeSignatureValid, Error> {
    let encoding = |_| Error::from(CertificateError::BadEncoding);
    let certificate = webpki::EndEntityCert::try_from(certificate).map_err(encoding)?;
    let key = PublicKey::from_public_key_der(&certificate.subject_public_key_info())
        .map_err(|_| p521::ecdsa::Error::new())
        .and_then(|key| VerifyingKey::from_sec1_bytes(&key.to_sec1_bytes()))
        .map_err(|_| Error::from(CertificateError::BadEncoding))?;
    let signature = Signature::from_der(signature).map_err(|_| Error::from(CertificateError::BadSignature))?;
    key.verify(message, &signature).map_err(|_| Error::from(CertificateError::BadSignature))?;
    Ok(HandshakeSignatureValid::assertion())
}

#[cfg(test)]
mod tests;
