use base64::{Engine, engine::general_purpose::STANDARD};
use tokio_rustls::{
    TlsAcceptor, TlsConnector,
    rustls::{ClientConfig, RootCertStore, client::ResolvesClientCert, pki_types::ServerName, sign::CertifiedKey},
};

use super::*;

/// Made by OpenSSL: a certificate on P-521, and its key's signature of the word "message".
const P521_CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----
MIIBtDCCARWgAwIBAgIBATAKBggqhkjOPQQDBDAUMRIwEAYDVQQDDAlsb2NhbGhv
c3QwIBcNMjYwMTAxMDAwMDAwWhgPMjEyNjAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
CWxvY2FsaG9zdDCBmzAQBgcqhkjOPQIBBgUrgQQAIwOBhgAEABpUK44j/m6us7D6
fqdocDeC+4sAHxoYkb1ijGXv2ZB/OKmna5PipwHCUHHC6DO4yeEP012JSAGSGRNl
binhJNf/ABdCpwfLk/jTisiQmJoze9GWLWTIsvq6rVUYZBjrG/ZI6DqYJqv1GB/O
Z7mO7hkSsS1jLq6IYttH8Rn5AofH8j0+oxMwETAPBgNVHRMBAf8EBTADAQH/MAoG
CCqGSM49BAMEA4GMADCBiAJCAPHmtjx66A9j7hLF82dmBHP5tbJ8U9kSdW30GErY
Issy8C+RYkB8HlkR+dBE1KRqUnR2XFkYCteLIH4y1Txp8xkbAkIAvFrR2LXURfXD
Gh+cj1x1BS0Sx6gqVlumyl5B05RdE4U7eFTu1wC5+Qsl2m5t9K6GEs+z4RcVz9Ny
eCjKwb7HdVU=
-----END CERTIFICATE-----";
const SIGNATURE: &str = "MIGIAkIBsl1BqAQVBLfbZW6r6jJPeBAFI+wWeEJbCMART6dDgu4rISaPMTu+Irwb6RkkhCkjyfZW\
                         JLTbTGqys3kzQU5JIh0CQgHkQkjUzHYge5Z+7anPTkkO7vXghIrT+xugaqDsSNTsEn4EgxB9W1Q1\
                         tVK+ZJBynO2lhEJ/d7NZx7FxityzO5VcKA==";

#[test]
fn a_signature_on_p521_is_verified() {
    let certificate = CertificateDer::from_pem_slice(P521_CERTIFICATE.as_bytes()).unwrap();
    let signature = STANDARD.decode(SIGNATURE).unwrap();
    assert!(verify_p521(b"message", &certificate, &signature).is_ok());
    for (message, signature) in [(&b"massage"[..], &signature[..]), (b"message", &signature[1..]), (b"message", b"")] {
        let refused = verify_p521(message, &certificate, signature).map(drop).unwrap_err();
        assert_eq!(refused, Error::from(CertificateError::BadSignature));
    }
    assert!(verify_p521(b"message", &CertificateDer::from(vec![0; 40]), &signature).is_err());
}

struct Client {
    pem: String,
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

fn client() -> Client {
    let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    let certificate = certificate_params().unwrap().self_signed(&key).unwrap();
    Client {
        pem: certificate.pem(),
        certificate: certificate.der().clone(),
        key: PrivateKeyDer::Pkcs8(key.serialize_der().into()),
    }
}

/// Shows a certificate, whether or not the key belongs to it.
#[derive(Debug)]
struct Shows(Arc<CertifiedKey>);

impl ResolvesClientCert for Shows {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// Whether a client that shows this certificate, and signs with this key, is let in.
async fn lets_in(identity: &Identity, shown: Option<(&CertificateDer<'static>, &PrivateKeyDer<'static>)>) -> bool {
    let mut roots = RootCertStore::empty();
    roots.add(identity.certificate.clone().into()).unwrap();
    let provider = Arc::new(ring::default_provider());
    let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let config = match shown {
        None => config.with_no_client_auth(),
        Some((certificate, key)) => {
            let key = provider.key_provider.load_private_key(key.clone_key()).unwrap();
            config
                .with_client_cert_resolver(Arc::new(Shows(Arc::new(CertifiedKey::new(vec![certificate.clone()], key)))))
        }
    };
    let (near, far) = tokio::io::duplex(100_000);
    let connector = TlsConnector::from(Arc::new(config));
    let connecting = connector.connect(ServerName::try_from("localhost").unwrap(), near);
    let accepting = TlsAcceptor::from(Arc::clone(&identity.config)).accept(far);
    let (_connected, accepted) = tokio::join!(connecting, accepting);
    accepted.is_ok()
}

#[tokio::test]
async fn only_the_owner_of_the_pinned_certificate_is_let_in() {
    let (owner, stranger) = (client(), client());
    let identity = Identity::new(&owner.pem).unwrap();
    assert!(lets_in(&identity, Some((&owner.certificate, &owner.key))).await);
    assert!(!lets_in(&identity, Some((&stranger.certificate, &stranger.key))).await);
    assert!(!lets_in(&identity, Some((&owner.certificate, &stranger.key))).await, "a stolen certificate was let in");
    assert!(!lets_in(&identity, None).await);
}

#[test]
fn what_is_no_certificate_is_an_error() {
    assert!(matches!(Identity::new("hello"), Err(TlsError::ClientCertificate(_))));
}
