//! Files of checkpoints, as they are and as crashes leave them.

use std::io::{self, BufReader, Read};

use agentflow_core::{
    audit::{SignedCheckpoint, TornEnd, read_checkpoints},
    note::MAX_NOTE_BYTES,
};

use crate::samples::Log;

fn notes() -> Vec<String> {
    let log = Log::of(9);
    [1, 4, 9].map(|size| log.signed(size).note().to_string()).to_vec()
}

/// What is read, and the line of the error.
fn read(file: &str, torn: TornEnd) -> (Vec<u64>, Option<String>) {
    let mut sizes = Vec::new();
    for checkpoint in read_checkpoints(file.as_bytes(), torn) {
        match checkpoint {
            Ok(checkpoint) => sizes.push(checkpoint.checkpoint().size),
            Err(error) => return (sizes, Some(error.field)),
        }
    }
    (sizes, None)
}

#[test]
fn notes_are_read_in_their_order_and_as_they_are() {
    let notes = notes();
    let file = notes.iter().fold(String::new(), |file, note| file + note + "\n");
    let read: Vec<SignedCheckpoint> =
        read_checkpoints(file.as_bytes(), TornEnd::Refuse).collect::<Result<_, _>>().unwrap();
    let texts: Vec<_> = read.iter().map(|checkpoint| checkpoint.note().to_string()).collect();
    assert_eq!(texts, notes);
    assert_eq!(self::read("", TornEnd::Refuse), (vec![], None));
}

#[test]
fn empty_lines_between_notes_may_be_more_and_the_last_may_be_missing() {
    let [first, second, _] = &notes()[..] else { panic!() };
    for file in [
        format!("{first}\n{second}"),
        format!("{first}\n{second}\n"),
        format!("\n\n{first}\n\n\n{second}\n\n\n"),
    ] {
        assert_eq!(read(&file, TornEnd::Refuse), (vec![1, 4], None), "{file}");
    }
    assert_eq!(read("\n\n\n", TornEnd::Refuse), (vec![], None));
}

#[test]
fn what_is_no_checkpoint_is_named_with_its_line() {
    let [first, second, _] = &notes()[..] else { panic!() };
    // A note takes five lines, and the empty one after it makes six.
    for (file, line) in [
        (format!("{first}{second}"), "line 1"),
        (format!("{first}\n{}\n", second.replace("\n4\n", "\n04\n")), "line 7"),
        (format!("{first}\n\n\n{}\n", second.replace('\n', "\r\n")), "line 9"),
        (format!("{first}\nhello\n\n{second}"), "line 7"),
        (format!("{first}\nhello\n\n\n{second}"), "line 7"),
        (format!("{first}\n{}", second.replace('\u{2014}', "-")), "line 7"),
    ] {
        assert_eq!(read(&file, TornEnd::Ignore).1.as_deref(), Some(line), "{file}");
        let mut checkpoints = read_checkpoints(file.as_bytes(), TornEnd::Ignore);
        assert!(checkpoints.by_ref().any(|it| it.is_err()));
        assert!(checkpoints.next().is_none(), "nothing after an error");
    }
    let mut bytes = format!("{first}\n{second}").into_bytes();
    bytes[first.len() + 3] = 0xff;
    let error = read_checkpoints(bytes.as_slice(), TornEnd::Ignore).find_map(Result::err).unwrap();
    assert_eq!(error.field, "line 7");
    assert!(error.reason.contains("utf-8"), "{error}");
}

#[test]
fn a_file_cut_anywhere_holds_the_notes_that_were_whole() {
    let notes = notes();
    let file = notes.iter().fold(String::new(), |file, note| file + note + "\n");
    // Where the last signature of each ends.
    let end = |at: &mut usize, note: &String| {
        *at += note.len() + 1;
        Some(*at - 1)
    };
    let ends: Vec<_> = notes.iter().scan(0, end).collect();
    for cut in 0..=file.len() {
        let bytes = &file.as_bytes()[..cut];
        let whole = ends.iter().filter(|end| **end <= cut).count();
        let mut ignoring = read_checkpoints(bytes, TornEnd::Ignore);
        let texts: Vec<_> = ignoring.by_ref().map(|it| it.unwrap().note().to_string()).collect();
        assert_eq!(texts, notes[..whole], "cut at {cut}");
        // What a writer keeps of the file is all of them, and no more.
        let kept = usize::try_from(ignoring.whole_bytes()).unwrap();
        let left = file[..kept].trim_end();
        assert_eq!(left, file[..ends[..whole].last().map_or(0, |end| *end)].trim_end(), "{cut}");

        let is_torn = kept < cut;
        let mut refusing = read_checkpoints(bytes, TornEnd::Refuse);
        let error = refusing.find_map(Result::err);
        assert_eq!(error.is_some(), is_torn, "cut at {cut}: {error:?}");
        if let Some(error) = error {
            assert_eq!(error.field, format!("line {}", whole * 6 + 1), "cut at {cut}");
            assert!(error.reason.contains("cut off"), "{error}");
        }
    }
}

#[test]
fn a_torn_end_in_the_middle_is_an_error() {
    let [first, second, _] = &notes()[..] else { panic!() };
    for cut in 1..second.len() - 1 {
        let torn = String::from_utf8_lossy(&second.as_bytes()[..cut]).into_owned();
        let (sizes, error) = read(&format!("{first}\n{torn}{second}"), TornEnd::Ignore);
        assert!(error.is_some() || sizes == [1, 4], "cut at {cut}");
        assert!(sizes.iter().all(|size| [1, 4].contains(size)), "cut at {cut}: {sizes:?}");
    }
}

#[test]
fn what_never_ends_is_not_read_to_its_end() {
    for filler in [&b"x"[..], b"x\n"] {
        let mut endless = BufReader::new(Endless(filler));
        let mut checkpoints = read_checkpoints(&mut endless, TornEnd::Ignore);
        let error = checkpoints.next().unwrap().unwrap_err();
        assert_eq!(error.field, "line 1");
        assert!(error.reason.contains(&MAX_NOTE_BYTES.to_string()), "{error}");
    }
}

struct Endless(&'static [u8]);

impl Read for Endless {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        out.iter_mut().zip(self.0.iter().cycle()).for_each(|(byte, filler)| *byte = *filler);
        Ok(out.len() - out.len() % self.0.len())
    }
}

#[test]
fn a_note_arrives_whole_from_a_reader_that_gives_one_byte_at_a_time() {
    let file = notes().join("\n");
    let slow = BufReader::with_capacity(1, file.as_bytes());
    let sizes: Vec<_> =
        read_checkpoints(slow, TornEnd::Refuse).map(|it| it.unwrap().checkpoint().size).collect();
    assert_eq!(sizes, [1, 4, 9]);
}
