//! Objects that exist before the service.

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use serde_json::{Value as Json, json};

use crate::lab::Lab;

const HOST: &str = "shop.example";

/// The ARN of a certificate in ACM.
pub fn given(lab: &Lab) -> Json {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new([HOST.to_owned()]).unwrap();
    params.distinguished_name = DistinguishedName::new();
    // A load balancer refuses a certificate whose common name is not a host.
    params.distinguished_name.push(DnType::CommonName, HOST);
    let certificate = params.self_signed(&key).unwrap();
    let pair = json!({"Certificate": certificate.pem(), "PrivateKey": key.serialize_pem()});
    json!({"certificate": lab.aws("acm", "ImportCertificate", pair)["CertificateArn"]})
}
