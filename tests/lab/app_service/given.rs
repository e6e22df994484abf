//! What somebody brought before the service comes.

use serde_json::{Value as Json, json};

use crate::lab::Lab;

/// The ARN of a certificate in ACM.
pub fn given(lab: &Lab) -> Json {
    let made = rcgen::generate_simple_self_signed(["shop.example".to_owned()]).unwrap();
    let pair = json!({"Certificate": made.cert.pem(), "PrivateKey": made.signing_key.serialize_pem()});
    json!({"certificate": lab.aws("acm", "ImportCertificate", pair)["CertificateArn"]})
}
