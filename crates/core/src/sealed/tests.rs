use proptest::{collection::vec, prelude::*};
use uuid::Uuid;

use super::*;
use crate::{ids::TenantId, random::Generator};

/// What a provider of keys does, and what is done with it.
struct Ring {
    key: WrappingKey,
    id: KeyId,
    entropy: Generator,
}

impl Ring {
    fn seeded(seed: u64) -> Self {
        let entropy = Generator::seeded(seed);
        Self { key: WrappingKey::generate(&entropy), id: KeyId::shared(2), entropy }
    }

    fn seal(&self, place: &Place, value: &[u8]) -> Vec<u8> {
        let data_key = DataKey::generate(&self.entropy);
        let context = place.key_context(self.id);
        let wrapped = self.key.wrap(&context, data_key.as_bytes(), &self.entropy);
        data_key.seal(place, self.id, wrapped, value, &self.entropy).unwrap().to_bytes()
    }

    fn open(&self, place: &Place, bytes: &[u8]) -> Result<Vec<u8>, Unreadable> {
        let sealed = Sealed::parse(bytes)?;
        let context = place.key_context(sealed.key());
        let data_key = DataKey::from(self.key.unwrap(&context, sealed.wrapped_key())?);
        Ok(data_key.open(place, &sealed)?.to_vec())
    }
}

fn place() -> Place {
    Place {
        table: "provider_keys",
        column: "encrypted_key",
        tenant: TenantId(Uuid::from_u128(1)),
        row: Uuid::from_u128(2),
    }
}

#[test]
fn what_is_stored_has_the_form_that_is_documented() {
    let bytes = Ring::seeded(1).seal(&place(), b"secret");
    assert_eq!(bytes[..8], [1, 0, 0, 0, 0, 2, 0, 60]);
    assert_eq!(bytes.len(), 8 + 60 + 12 + 6 + 16);
    let sealed = Sealed::parse(&bytes).unwrap();
    assert_eq!((sealed.key(), sealed.wrapped_key()), (KeyId::shared(2), &bytes[8..68]));

    let own = sealed.rewrapped(KeyId::tenant(0x0102_0304), vec![7; 258]).unwrap().to_bytes();
    assert_eq!(own[..8], [1, 1, 1, 2, 3, 4, 1, 2]);
    assert_eq!(Sealed::parse(&own).unwrap().key(), KeyId::tenant(0x0102_0304));
}

#[test]
fn a_value_opens_at_its_place_and_at_no_other() {
    let ring = Ring::seeded(1);
    let bytes = ring.seal(&place(), b"secret");
    assert_eq!(ring.open(&place(), &bytes).unwrap(), b"secret");
    for other in [
        Place { table: "connector_installations", ..place() },
        Place { column: "previous_encrypted_key", ..place() },
        Place { tenant: TenantId(Uuid::from_u128(3)), ..place() },
        Place { row: Uuid::from_u128(3), ..place() },
        // The same characters, divided in another way.
        Place { table: "provider_key", column: "sencrypted_key", ..place() },
        Place { tenant: TenantId(place().row), row: place().tenant.0, ..place() },
    ] {
        assert_eq!(ring.open(&other, &bytes), Err(Unreadable::Forged), "{other:?}");
    }
}

#[test]
fn the_place_is_part_of_the_content_and_not_only_of_the_wrapped_key() {
    let (ring, other) = (Ring::seeded(1), Place { row: Uuid::from_u128(3), ..place() });
    let sealed = Sealed::parse(&ring.seal(&place(), b"secret")).unwrap();
    let context = place().key_context(sealed.key());
    let data_key = DataKey::from(ring.key.unwrap(&context, sealed.wrapped_key()).unwrap());
    // Whoever could wrap the data key for another place still could not move the content there.
    assert_eq!(data_key.open(&other, &sealed).unwrap_err(), Unreadable::Forged);
    assert!(data_key.open(&place(), &sealed).is_ok());
}

#[test]
fn a_wrapped_key_belongs_to_one_version_and_scope() {
    let ring = Ring::seeded(1);
    let bytes = ring.seal(&place(), b"secret");
    let sealed = Sealed::parse(&bytes).unwrap();
    let wrapped = sealed.wrapped_key().to_vec();
    for other in [KeyId::shared(1), KeyId::shared(3), KeyId::tenant(2)] {
        let moved = sealed.clone().rewrapped(other, wrapped.clone()).unwrap().to_bytes();
        assert_eq!(ring.open(&place(), &moved), Err(Unreadable::Forged), "{other}");
    }
}

#[test]
fn another_key_is_an_error_and_never_an_empty_value() {
    for value in [&b"secret"[..], b""] {
        let bytes = Ring::seeded(1).seal(&place(), value);
        assert_eq!(Ring::seeded(1).open(&place(), &bytes).unwrap(), value);
        assert_eq!(Ring::seeded(2).open(&place(), &bytes), Err(Unreadable::Forged));
    }
}

#[test]
fn rewrapping_leaves_the_content_as_it_is() {
    let (old, new) = (Ring::seeded(1), Ring { id: KeyId::shared(3), ..Ring::seeded(2) });
    let bytes = old.seal(&place(), b"secret");
    let sealed = Sealed::parse(&bytes).unwrap();
    let data_key = old.key.unwrap(&place().key_context(old.id), sealed.wrapped_key()).unwrap();
    let wrapped = new.key.wrap(&place().key_context(new.id), &data_key, &new.entropy);
    let rewrapped = sealed.rewrapped(new.id, wrapped).unwrap().to_bytes();
    assert_eq!(new.open(&place(), &rewrapped).unwrap(), b"secret");
    assert_eq!(rewrapped[68..], bytes[68..]);
    assert!(old.open(&place(), &rewrapped).is_err());
}

#[test]
fn equal_values_do_not_look_equal() {
    let ring = Ring::seeded(1);
    let [first, second] = [ring.seal(&place(), b"secret"), ring.seal(&place(), b"secret")];
    assert_ne!(first[8..68], second[8..68]);
    assert_ne!(first[68..], second[68..]);
}

#[test]
fn a_wrapped_key_that_is_too_long_is_refused() {
    let data_key = DataKey::generate(&Generator::seeded(1));
    let seal = |length: usize| {
        let wrapped = vec![0; length];
        data_key.seal(&place(), KeyId::shared(1), wrapped, b"", &Generator::seeded(1))
    };
    assert!(seal(65_535).is_ok());
    assert_eq!(seal(65_536), Err(Unreadable::Form));
    // There is no version 0.
    assert_eq!(Sealed::parse(&[&[1; 2][..], &[0; 40]].concat()), Err(Unreadable::Form));
}

#[test]
fn debug_shows_no_key_and_no_value() {
    let ring = Ring::seeded(1);
    let sealed = Sealed::parse(&ring.seal(&place(), b"secret")).unwrap();
    assert_eq!(format!("{:?}", ring.key), "WrappingKey(..)");
    assert_eq!(format!("{:?}", DataKey::generate(&ring.entropy)), "DataKey(..)");
    let text = format!("{sealed:?}");
    assert!(text.contains("Shared") && !text.contains('['), "{text}");
}

#[test]
fn a_wrapping_key_survives_being_written_down() {
    let key = Ring::seeded(1).key;
    let text = key.to_base64();
    assert_eq!(text.len(), 44);
    assert!(WrappingKey::from_base64(&text).unwrap() == key);
    let long = format!("{}AAAA", text.as_str());
    for wrong in ["", "AAAA", &text[..43], &long, &"*".repeat(44), &"A".repeat(44)] {
        assert!(WrappingKey::from_base64(wrong).is_none(), "{wrong}");
    }
}

proptest! {
    #[test]
    fn every_value_comes_back(value in vec(any::<u8>(), 0..2000), seed: u64) {
        let ring = Ring::seeded(seed);
        let bytes = ring.seal(&place(), &value);
        prop_assert_eq!(ring.open(&place(), &bytes).unwrap(), value);
        prop_assert_eq!(Sealed::parse(&bytes).unwrap().to_bytes(), bytes);
    }

    #[test]
    fn no_byte_can_be_changed(value in vec(any::<u8>(), 0..100), at: prop::sample::Index, flip in 1..=255_u8) {
        let ring = Ring::seeded(1);
        let mut bytes = ring.seal(&place(), &value);
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        prop_assert!(ring.open(&place(), &bytes).is_err());
    }

    #[test]
    fn no_byte_can_be_left_out_or_added(value in vec(any::<u8>(), 0..100), at: prop::sample::Index, more in vec(any::<u8>(), 1..20)) {
        let ring = Ring::seeded(1);
        let bytes = ring.seal(&place(), &value);
        let cut = at.index(bytes.len());
        prop_assert!(ring.open(&place(), &bytes[..cut]).is_err());
        prop_assert!(ring.open(&place(), &bytes[cut + 1..]).is_err());
        prop_assert!(ring.open(&place(), &[&bytes[..], &more].concat()).is_err());
        prop_assert!(ring.open(&place(), &[&bytes[..cut], &bytes[cut + 1..]].concat()).is_err());
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in vec(any::<u8>(), 0..300), seed: u64) {
        let ring = Ring::seeded(seed);
        prop_assert!(ring.open(&place(), &bytes).is_err());
        prop_assert!(ring.key.unwrap(b"", &bytes).is_err());
    }
}
