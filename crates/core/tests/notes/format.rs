//! What is a note, and what is not.

use agentflow_core::note::{MAX_NOTE_BYTES, MAX_SIGNATURES, NoteError, SignedNote};

use crate::samples::{key, public, signing_key};

/// The signature line of `note`, with its newline.
fn signature_line(note: &SignedNote) -> String {
    note.to_string().rsplit_once("\n\n").unwrap().1.to_owned()
}

fn reason(note: &str) -> String {
    note.parse::<SignedNote>().unwrap_err().reason
}

/// Reads and believes a note.
fn is_believed(note: &str) -> bool {
    note.parse().is_ok_and(|note: SignedNote| note.verify(&public(&key())).is_ok())
}

#[test]
fn everything_around_the_text_must_be_as_it_is_written() {
    let note = key().sign("one\ntwo\n").unwrap();
    let (text, line) = (note.text(), signature_line(&note));
    assert!(is_believed(&format!("{text}\n{line}")));

    let cases = [
        ("no empty line", format!("{text}{line}")),
        ("two empty lines", format!("{text}\n\n{line}")),
        ("a space in the empty line", format!("{text} \n{line}")),
        ("an empty line at the end", format!("{text}\n{line}\n")),
        ("an empty line between signatures", format!("{text}\n{line}\n{line}")),
        ("no text", format!("\n{line}")),
        ("no text and no empty line", line.clone()),
        ("no signature", format!("{text}\n")),
        ("no final newline", format!("{text}\n{}", line.trim_end())),
        ("carriage returns", format!("{text}\n{line}").replace('\n', "\r\n")),
        ("a carriage return at the end", format!("{text}\n{}\r\n", line.trim_end())),
        ("a byte order mark", format!("\u{feff}{text}\n{line}")),
        ("nothing", String::new()),
        ("newlines only", "\n\n\n".to_owned()),
    ];
    for (what, note) in cases {
        assert!(!is_believed(&note), "{what}: {note:?}");
    }
}

#[test]
fn a_signature_line_has_an_em_dash_a_name_and_base64() {
    let note = key().sign("one\n").unwrap();
    let line = signature_line(&note);
    let base64 = line.trim_end().rsplit_once(' ').unwrap().1.to_owned();
    let with = |line: &str| format!("one\n\n{line}\n");
    assert!(is_believed(&with(&format!("\u{2014} audit.example.com {base64}"))));

    for line in [
        format!("\u{2013} audit.example.com {base64}"), // en dash
        format!("\u{2015} audit.example.com {base64}"), // horizontal bar
        format!("- audit.example.com {base64}"),
        format!("-- audit.example.com {base64}"),
        format!(" \u{2014} audit.example.com {base64}"),
        format!("\u{2014}audit.example.com {base64}"),
        format!("\u{2014}\u{a0}audit.example.com {base64}"),
        format!("\u{2014}  audit.example.com {base64}"),
        format!("\u{2014} audit.example.com  {base64}"),
        format!("\u{2014} audit.example.com {base64} "),
        format!("\u{2014} audit.example.com\t{base64}"),
        "\u{2014} audit.example.com".to_owned(),
        format!("\u{2014} {base64}"),
        format!("\u{2014} audit+example {base64}"),
        format!("\u{2014} audit\u{2003}example {base64}"),
        format!("\u{2014} {} {base64}", "x".repeat(256)),
    ] {
        assert!(with(&line).parse::<SignedNote>().is_err(), "{line:?}");
    }
}

#[test]
fn base64_has_one_form_only() {
    let note = key().sign("one\n").unwrap().to_string();
    let (head, base64) = note.trim_end().rsplit_once(' ').unwrap();
    assert!(base64.ends_with('='), "68 bytes are padded");
    let body = base64.trim_end_matches('=');
    // The last letter before the padding has bits that do not count; they must be zero.
    let last = body.chars().last().unwrap();
    let other = char::from(last as u8 + 1);
    let cases = [
        body.to_owned(),
        format!("{body}=="),
        format!("{base64}="),
        format!("{}{other}=", &body[..body.len() - 1]),
        base64.replacen(&base64[8..9], " ", 1),
        format!("{}*{}", &base64[..8], &base64[9..]),
        format!("{}_{}", &base64[..8], &base64[9..]),
        String::new(),
        "AAAA".to_owned(),     // three bytes: no key id
        "AAAAAA==".to_owned(), // a key id and no signature
    ];
    for base64 in cases {
        let note = format!("{head} {base64}\n");
        assert!(note.parse::<SignedNote>().is_err(), "{base64}");
    }
    // One byte of a signature is a form of one, of a key that nobody knows.
    assert!(format!("{head} AAAAAAA=\n").parse::<SignedNote>().is_ok());
}

#[test]
fn control_characters_are_refused_wherever_they_stand() {
    for code in (0..0x20_u8).filter(|code| *code != b'\n') {
        let character = char::from(code);
        let text = format!("one{character}two\n");
        let error = key().sign(text.as_str()).unwrap_err();
        assert!(error.reason.contains("control"), "{code:#x}: {error}");
        let line = signature_line(&key().sign("one\n").unwrap());
        assert!(reason(&format!("{text}\n{line}")).contains("control"), "{code:#x}");
        let inside = line.replacen("audit", &format!("au{character}dit"), 1);
        assert!(format!("one\n\n{inside}").parse::<SignedNote>().is_err(), "{code:#x}");
    }
    // Those beyond ASCII are allowed in a text.
    assert!(is_believed(&key().sign("\u{7f} \u{85} \u{2028} é 日本\n").unwrap().to_string()));
}

#[test]
fn a_text_must_end_its_last_line_to_be_signed() {
    for text in ["", "one", "one\n\ntwo"] {
        assert!(key().sign(text).unwrap_err().reason.contains("last line ends"), "{text:?}");
    }
    for text in
        ["\n", "\n\n", "one\n\n", "\n\none\n", "\u{2014} name AAAAAAA=\n", "one\n\n\u{2014} x\n"]
    {
        let note = key().sign(text).unwrap();
        let read: SignedNote = note.to_string().parse().unwrap();
        assert_eq!(read.text(), text);
        assert!(read.verify(&public(&key())).is_ok(), "{text:?}");
    }
}

#[test]
fn a_hundred_signatures_are_read_and_one_more_is_not() {
    let note = key().sign("one\n").unwrap();
    let other = signing_key("other.example", 2).sign("one\n").unwrap();
    let strangers = |count| signature_line(&other).repeat(count);
    let most = format!("{note}{}", strangers(MAX_SIGNATURES - 1));
    assert!(is_believed(&most));
    assert_eq!(most.parse::<SignedNote>().unwrap().to_string(), most);
    let error = reason(&format!("{note}{}", strangers(MAX_SIGNATURES)));
    assert!(error.contains("100 signatures"), "{error}");
}

#[test]
fn the_longest_note_is_read_and_a_longer_one_is_not() {
    let note = key().sign("one\n").unwrap().to_string();
    let signature = note.len() - "one\n".len();
    let fill = "x".repeat(MAX_NOTE_BYTES - signature - 1);
    let longest = note.replacen("one", &fill, 1);
    assert_eq!(longest.len(), MAX_NOTE_BYTES);
    assert!(longest.parse::<SignedNote>().is_ok());
    assert!(reason(&format!("x{longest}")).contains("at most"));
    // What would be too long to be read is not signed either, whatever the name of the key.
    let long_name = signing_key(&"n".repeat(255), 1);
    assert!(long_name.sign(format!("{fill}\n")).is_err());
    let longest = long_name.sign(format!("{}\n", "x".repeat(MAX_NOTE_BYTES - 355))).unwrap();
    assert!(longest.to_string().len() <= MAX_NOTE_BYTES);
    assert!(longest.to_string().parse::<SignedNote>().is_ok());
}

#[test]
fn strangers_are_left_out_and_a_wrong_signature_of_a_known_key_is_not() {
    let (ours, witness) = (key(), signing_key("witness.example", 2));
    let same_name = signing_key("audit.example.com", 3);
    let known = public(&ours);
    let signature = |key: &agentflow_core::note::SigningKey, text: &str| {
        signature_line(&key.sign(text).unwrap())
    };
    let note =
        |lines: &[String]| format!("one\n\n{}", lines.concat()).parse::<SignedNote>().unwrap();
    let good = signature(&ours, "one\n");
    let wrong = signature(&ours, "two\n");

    assert_eq!(note(std::slice::from_ref(&good)).verify(&known), Ok(()));
    // An unknown key before, after, and with a signature that is wrong.
    let stranger = signature(&witness, "one\n");
    let liar = signature(&same_name, "two\n");
    assert_eq!(note(&[stranger.clone(), good.clone()]).verify(&known), Ok(()));
    assert_eq!(note(&[good.clone(), liar.clone(), stranger.clone()]).verify(&known), Ok(()));

    let is_wrong = Err(NoteError::WrongSignature(ours.verifying_key().name().clone()));
    assert_eq!(note(std::slice::from_ref(&wrong)).verify(&known), is_wrong);
    assert_eq!(note(&[good.clone(), wrong.clone()]).verify(&known), is_wrong, "the whole note");
    assert_eq!(note(&[wrong, good.clone()]).verify(&known), is_wrong, "the whole note");
    // A signature of another length.
    let short = "\u{2014} audit.example.com ".to_owned()
        + &good.trim_end().rsplit_once(' ').unwrap().1[..88]
        + "\n";
    assert_eq!(note(&[short]).verify(&known), is_wrong);

    // The name alone, and the key under another name, are not known.
    let names = |names: &[&str]| {
        Err(NoteError::UnknownKeys(names.iter().map(|name| name.parse().unwrap()).collect()))
    };
    assert_eq!(note(&[liar]).verify(&known), names(&["audit.example.com"]));
    let renamed = ours.named("witness.example".parse().unwrap());
    let lines = [signature(&renamed, "one\n"), stranger];
    assert_eq!(note(&lines).verify(&known), names(&["witness.example", "witness.example"]));
    assert_eq!(note(&[good]).verify(&[]), names(&["audit.example.com"]));
}

#[test]
fn no_bit_of_a_note_can_be_another() {
    let ours = key().named("audit.example.com/t/01890a5d".parse().unwrap());
    let note = ours.sign("one\n\ntwo é\n").unwrap().to_string();
    let known = public(&ours);
    let mut read = 0;
    for bit in 0..note.len() * 8 {
        let mut bytes = note.clone().into_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        // What is no UTF-8 is no note.
        let Ok(changed) = String::from_utf8(bytes) else { continue };
        let Ok(changed) = changed.parse::<SignedNote>() else { continue };
        read += 1;
        assert!(changed.verify(&known).is_err(), "bit {bit}: {changed}");
    }
    assert!(read > 300, "{read} of the changed notes are notes");
}
