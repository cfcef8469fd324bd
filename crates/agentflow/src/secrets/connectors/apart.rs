//! That credentials are not in what is known to everybody.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::secrets::sealing::SHORTEST;

/// Whether one of these texts holds a text of the credentials that has eight bytes or more. Names of fields are no credentials.
pub(super) fn spills(config: &SecretString, texts: &[&str]) -> bool {
    let is_told = |secret: &str| texts.iter().any(|text| text.contains(secret));
    let mut document = serde_json::Deserializer::from_str(config.expose_secret());
    Walk(&is_told).deserialize(&mut document).unwrap_or(false)
}

/// Whether one of the texts in a JSON value is told. None of them is copied.
#[derive(Clone, Copy)]
struct Walk<'a>(&'a dyn Fn(&str) -> bool);

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<bool, D::Error> {
        value.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<bool, E> {
        Ok(text.len() >= SHORTEST && self.0(text))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<bool, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<bool, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_unit<E: Error>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<bool, A::Error> {
        let mut found = false;
        while let Some(item) = items.next_element_seed(self)? {
            found |= item;
        }
        Ok(found)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<bool, A::Error> {
        let mut found = false;
        while fields.next_key::<serde::de::IgnoredAny>()?.is_some() {
            found |= fields.next_value_seed(self)?;
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_found_wherever_they_stand_and_short_ones_and_names_are_not() {
        let config = r#"{"password": "pa\"ss\u0077ord", "more": [{"pin": 123456789}], "user": "ann", "ok": null}"#;
        let config = SecretString::from(config);
        for (text, expected) in [
            ("my pa\"ssword", true),
            ("id 123456789", true),
            ("of ann", false),
            ("password", false),
            ("pa\\\"ssword", false),
        ] {
            assert_eq!(spills(&config, &["first", text]), expected, "{text}");
        }
    }
}
