//! The text form of ULIDs: 128 bits as 26 characters of Crockford's base 32, upper case.
//!
//! Source of the format: the ULID specification, "Canonical String Representation" and "Overflow Errors when Parsing
//! Base32 Strings". Stricter than its readers usually are: lower case is refused, as message contracts want one text
//! for one id, and so is what exceeds 128 bits, which has a first character above `7`.

/// How many characters there are.
pub(crate) const LENGTH: usize = 26;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The value of a character, or 255.
const VALUES: [u8; 256] = {
    let mut values = [255; 256];
    let mut digit = 0_u8;
    while digit < 32 {
        values[ALPHABET[digit as usize] as usize] = digit;
        digit += 1;
    }
    values
};

/// The 26 characters of `bits`.
pub(crate) fn encode(bits: u128) -> [u8; LENGTH] {
    let mut text = [0; LENGTH];
    let mut rest = bits;
    for character in text.iter_mut().rev() {
        // Five bits are always an index into the alphabet.
        *character = ALPHABET[usize::try_from(rest & 31).unwrap_or_default()];
        rest >>= 5;
    }
    text
}

/// The bits of a ULID; `None` if `text` is not one.
pub(crate) fn decode(text: &str) -> Option<u128> {
    let bytes = text.as_bytes();
    if bytes.len() != LENGTH || bytes[0] > b'7' {
        return None;
    }
    bytes.iter().try_fold(0_u128, |bits, byte| {
        let value = VALUES[usize::from(*byte)];
        (value != 255).then(|| bits << 5 | u128::from(value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bits: u128) -> String {
        String::from_utf8(encode(bits).to_vec()).unwrap()
    }

    /// The first is from the specification's own page, the next from its reference implementation's tests; the last
    /// two are the ends of the range.
    #[test]
    fn known_ulids_are_read_and_written() {
        for (ulid, bits) in [
            ("01ARZ3NDEKTSV4RRFFQ69G5FAV", 0x0156_3e3a_b5d3_d676_4c61_efb9_9302_bd5b),
            ("2D9RW50MA499CMAGHM6DD42DTP", 0x4d4e_3850_5144_4a59_4542_3433_5a41_3756),
            ("00000000000000000000000000", 0),
            ("7ZZZZZZZZZZZZZZZZZZZZZZZZZ", u128::MAX),
        ] {
            assert_eq!(decode(ulid), Some(bits), "{ulid}");
            assert_eq!(text(bits), ulid);
        }
    }

    #[test]
    fn what_is_no_canonical_ulid_is_refused() {
        for bad in [
            "",
            "01ARZ3NDEKTSV4RRFFQ69G5FA",
            "01ARZ3NDEKTSV4RRFFQ69G5FAVV",
            "01arz3ndektsv4rrffq69g5fav",
            "80000000000000000000000000",
            "ZZZZZZZZZZZZZZZZZZZZZZZZZZ",
            "01ARZ3NDEKTSV4RRFFQ69G5FAI",
            "01ARZ3NDEKTSV4RRFFQ69G5FAL",
            "01ARZ3NDEKTSV4RRFFQ69G5FAO",
            "01ARZ3NDEKTSV4RRFFQ69G5FAU",
            "01ARZ3NDEKTSV4RRFFQ69G5FA-",
            "01ARZ3NDEKTSV4RRFFQ69G5Fé",
        ] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }
}
