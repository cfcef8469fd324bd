//! Passwords, keys and tokens that come in: from a pipe, or typed without being shown. Never as an argument, which other
//! programs and the history of the shell see.

use std::io::{self, BufRead, IsTerminal, Read};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use secrecy::{ExposeSecret, SecretString, zeroize::Zeroizing};

use crate::{
    context::blocking,
    error::{Error, Result},
};

/// The longest line that is read, in bytes: far more than any secret has.
const LONGEST: u16 = 4_096;
/// The most that is read of secrets of several lines, in bytes: a key with its certificates takes less.
const MOST: u32 = 64 * 1024;

/// Where a password comes from.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct FromStdin {
    /// Read the password from stdin, its first line
    #[arg(long)]
    password_stdin: bool,
}

impl FromStdin {
    /// Whether a password is to come at all.
    pub(crate) fn is_given(self) -> bool {
        self.password_stdin
    }

    /// A password that somebody has.
    pub(crate) async fn password(self) -> Result<SecretString> {
        self.refuse_silence()?;
        read("password", false).await
    }

    /// A password to be. Typed twice, since nobody sees it.
    pub(crate) async fn new_password(self) -> Result<SecretString> {
        self.refuse_silence()?;
        read("password", true).await
    }

    /// Input that was meant for something else must not become a password.
    fn refuse_silence(self) -> Result<()> {
        if self.password_stdin || io::stdin().is_terminal() {
            return Ok(());
        }
        Err(Error::usage("a password is needed, and there is no terminal to ask for it on")
            .with_hint("pass it on stdin, with --password-stdin"))
    }
}

/// Where the old and the new password come from.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct BothFromStdin {
    /// Read the passwords from stdin: the old one is the first line, the new one the second
    #[arg(long)]
    password_stdin: bool,
}

impl BothFromStdin {
    /// The password that somebody has, and the one to be.
    pub(crate) async fn passwords(self) -> Result<(SecretString, SecretString)> {
        FromStdin { password_stdin: self.password_stdin }.refuse_silence()?;
        blocking(|| {
            if !io::stdin().is_terminal() {
                return two_lines(io::stdin().lock());
            }
            Ok((typed(OLD, false)?, typed(NEW, true)?))
        })
        .await
    }
}

const OLD: &str = "old password";
const NEW: &str = "new password";

fn two_lines(mut input: impl BufRead) -> Result<(SecretString, SecretString)> {
    Ok((first_line(&mut input, OLD)?, first_line(input, NEW)?))
}

/// A key or a token that somebody presents. Blanks around it are left out: it has none.
pub(crate) async fn credential(what: &'static str) -> Result<SecretString> {
    let text = read(what, false).await?;
    Ok(text.expose_secret().trim().into())
}

/// How much of stdin a secret is.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub(crate) struct Whole {
    /// Take all of stdin, up to 64 KiB: lines, and the end of the last one, too
    #[arg(long = "all-of-stdin")]
    all: bool,
}

/// A secret to be stored: the only line of stdin, or all of it; on a terminal it is typed twice. More than one line is refused unless
/// all of it is wanted, for half a secret is worse than none.
pub(crate) async fn new_value(what: &'static str, whole: Whole) -> Result<SecretString> {
    blocking(move || {
        if !io::stdin().is_terminal() {
            return value(io::stdin().lock(), what, whole);
        }
        if whole.all {
            return Err(Error::usage("--all-of-stdin shows what is typed on a terminal")
                .with_hint("pipe it in, or leave that out and type one line"));
        }
        typed(what, true)
    })
    .await
}

fn value(input: impl Read, what: &str, whole: Whole) -> Result<SecretString> {
    let invalid = |reason: &str| Error::found("invalid_input", format!("the {what} {reason}"));
    let most = if whole.all { MOST } else { u32::from(LONGEST) };
    // With room for all of it, so that no half of it stays behind when it grows; `read_to_end` probes for the end beyond that.
    let mut text = Zeroizing::new(Vec::with_capacity(most as usize + 64));
    let read = input.take(u64::from(most) + 2).read_to_end(&mut text);
    read.map_err(|error| Error::io(&format!("read the {what}"), &error))?;
    let mut text = text.as_slice();
    if !whole.all {
        text = text.strip_suffix(b"\n").unwrap_or(text);
        text = text.strip_suffix(b"\r").unwrap_or(text);
        if text.contains(&b'\n') {
            return Err(Error::usage(format!(
                "the {what} on stdin has more than one line; nothing was changed"
            ))
            .with_hint("add --all-of-stdin if all of it is meant"));
        }
    }
    if text.len() > most as usize {
        let hint = "--all-of-stdin takes up to 64 KiB";
        let error = invalid(&format!("is longer than {most} bytes"));
        return Err(if whole.all { error } else { error.with_hint(hint) });
    }
    if text.is_empty() {
        return Err(Error::usage(format!("there is no {what} on stdin")));
    }
    std::str::from_utf8(text).map(SecretString::from).map_err(|_| invalid("is not valid UTF-8"))
}

/// What somebody gave on the command line where a secret was meant to be left out. Swallowed, so that no error repeats
/// it.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Misplaced {
    #[arg(hide = true, value_parser = swallow)]
    misplaced: Vec<Swallowed>,
}

#[derive(Debug, Clone, Copy)]
struct Swallowed;

#[expect(clippy::unnecessary_wraps, reason = "the form clap asks for")]
fn swallow(_: &str) -> Result<Swallowed, std::convert::Infallible> {
    Ok(Swallowed)
}

impl Misplaced {
    pub(crate) fn refuse(&self, what: &str) -> Result<()> {
        if self.misplaced.is_empty() {
            return Ok(());
        }
        let message = format!(
            "a {what} does not belong on a command line, where other programs and the history of the shell see it"
        );
        Err(Error::usage(message).with_hint("pass it on stdin, and change it: it was seen"))
    }
}

/// Commands that are about secrets: whatever they do not expect may be one.
const ABOUT_SECRETS: [&str; 4] = ["secret", "provider-key", "connector", "webhook-secret"];

/// Takes out of an error of the command line what may be a secret: what was given to `--password-stdin=…`, and of commands about secrets
/// everything that is not understood.
pub(crate) fn masked(error: clap::Error) -> clap::Error {
    let is_about_secrets =
        std::env::args_os().skip(1).any(|it| ABOUT_SECRETS.iter().any(|about| it == *about));
    without_values(error, is_about_secrets)
}

fn without_values(mut error: clap::Error, is_about_secrets: bool) -> clap::Error {
    let is_ours = |it: &ContextValue| it.to_string().starts_with("--password-stdin");
    let is_ours = error.get(ContextKind::InvalidArg).is_some_and(is_ours);
    if !is_ours && !is_about_secrets {
        return error;
    }
    let mask = |error: &mut clap::Error, kind: ContextKind| {
        // None at all is said in other words.
        if error.get(kind).is_some_and(|it| !it.to_string().is_empty()) {
            error.insert(kind, ContextValue::String("…".to_owned()));
        }
    };
    mask(&mut error, ContextKind::InvalidValue);
    if !is_about_secrets {
        return error;
    }
    // What is like an option or a command is mistyped.
    if error.kind() == ErrorKind::UnknownArgument && error.get(ContextKind::SuggestedArg).is_none()
    {
        mask(&mut error, ContextKind::InvalidArg);
    }
    if error.kind() == ErrorKind::InvalidSubcommand
        && error.get(ContextKind::SuggestedSubcommand).is_none()
    {
        mask(&mut error, ContextKind::InvalidSubcommand);
    }
    // "to pass '…' as a value, use '-- …'".
    error.remove(ContextKind::Suggested);
    error
}

async fn read(what: &'static str, is_new: bool) -> Result<SecretString> {
    blocking(move || {
        if !io::stdin().is_terminal() {
            return first_line(io::stdin().lock(), what);
        }
        typed(what, is_new)
    })
    .await
}

fn typed(what: &str, is_new: bool) -> Result<SecretString> {
    let text = ask(&format!("{}: ", capitalized(what)))?;
    if text.expose_secret().is_empty() {
        return Err(Error::usage(format!("there is no {what}")));
    }
    if is_new && ask("Once more: ")?.expose_secret() != text.expose_secret() {
        return Err(Error::usage("those are two different ones; nothing was changed"));
    }
    Ok(text)
}

fn ask(prompt: &str) -> Result<SecretString> {
    let typed = rpassword::prompt_password(prompt);
    typed.map(SecretString::from).map_err(|error| Error::io("read from the terminal", &error))
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// The first line, without its end. What is wrong with it is told without repeating any of it.
fn first_line(input: impl BufRead, what: &str) -> Result<SecretString> {
    let invalid = |reason: &str| Error::found("invalid_input", format!("the {what} {reason}"));
    // With room for all of it, so that no half of it stays behind when it grows.
    let mut line = Zeroizing::new(Vec::with_capacity(usize::from(LONGEST) + 1));
    let read = input.take(u64::from(LONGEST) + 1).read_until(b'\n', &mut line);
    read.map_err(|error| Error::io(&format!("read the {what}"), &error))?;
    if line.len() > usize::from(LONGEST) {
        return Err(invalid(&format!("is longer than {LONGEST} bytes")));
    }
    let text = line.strip_suffix(b"\n").unwrap_or(&line);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    if text.is_empty() {
        return Err(Error::usage(format!("there is no {what} on stdin")));
    }
    std::str::from_utf8(text).map(SecretString::from).map_err(|_| invalid("is not valid UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(input: &[u8]) -> Option<String> {
        first_line(input, "password").ok().map(|it| it.expose_secret().to_owned())
    }

    #[test]
    fn the_first_line_counts_without_its_end() {
        for input in ["pass word", "pass word\n", "pass word\r\n", "pass word\nmore\n"] {
            assert_eq!(line(input.as_bytes()).as_deref(), Some("pass word"), "{input:?}");
        }
        assert_eq!(line(b" x \n").as_deref(), Some(" x "));
        assert_eq!(line(&[b'x'; 4_096]).map(|it| it.len()), Some(4_096));
    }

    #[test]
    fn the_old_password_is_the_first_line_and_the_new_one_the_second() {
        for input in ["old\nnew", "old\r\nnew\r\n", "old\nnew\nmore\n"] {
            let (old, new) = two_lines(input.as_bytes()).unwrap_or_else(|_| panic!("{input:?}"));
            assert_eq!((old.expose_secret(), new.expose_secret()), ("old", "new"), "{input:?}");
        }
        for (input, missing) in
            [("old", "new password"), ("old\n\n", "new password"), ("\nnew", "old password")]
        {
            let Err(Error::Told(report)) = two_lines(input.as_bytes()) else { panic!("{input:?}") };
            assert_eq!(report.message, format!("there is no {missing} on stdin"));
        }
    }

    #[test]
    fn a_value_is_one_line_or_all_there_is() {
        let read = |input: &str, all| {
            let value = value(input.as_bytes(), "secret", Whole { all });
            value.ok().map(|it| it.expose_secret().to_owned())
        };
        for input in ["a b", "a b\n", "a b\r\n"] {
            assert_eq!(read(input, false).as_deref(), Some("a b"), "{input:?}");
        }
        assert_eq!(read("one\ntwo\n", true).as_deref(), Some("one\ntwo\n"));
        for input in ["", "\n", "one\ntwo", "one\n\n"] {
            assert_eq!(read(input, false), None, "{input:?}");
        }
        let long = "x".repeat(4_096);
        assert_eq!(read(&format!("{long}\r\n"), false), Some(long.clone()));
        assert_eq!(read(&format!("{long}x"), false), None);
        assert_eq!(read(&"x".repeat(64 * 1024), true).map(|it| it.len()), Some(64 * 1024));
        assert_eq!(read(&"x".repeat(64 * 1024 + 1), true), None);
    }

    #[test]
    fn nothing_and_nonsense_are_refused_without_being_repeated() {
        for input in [&b""[..], b"\n", b"\r\n", b"secret\xff\n", &[b'x'; 4_097]] {
            let Err(Error::Told(report)) = first_line(input, "password") else {
                panic!("accepted");
            };
            assert!(!report.message.contains("secret") && !report.message.contains("xx"));
        }
    }
}
