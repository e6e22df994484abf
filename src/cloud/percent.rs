//! Text as a part of an address.

/// The text with all but the letters, digits and marks that stand for themselves anywhere in an address written as `%XX`.
///
/// <https://www.rfc-editor.org/rfc/rfc3986#section-2.3>
pub fn percent(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_in_an_address_is_written_as_bytes() {
        assert_eq!(percent("a-b._~9"), "a-b._~9");
        assert_eq!(percent("p@ss:w/rd?#%ø "), "p%40ss%3Aw%2Frd%3F%23%25%C3%B8%20");
    }
}
