use std::io::{self, BufRead, IsTerminal, Write};

use crate::{
    context::Context,
    error::{Error, Result},
    plain,
};

/// Asks before something is destroyed. With `--yes` there is no question; without a terminal there is no answer.
pub(crate) async fn confirm(context: &Context, question: &str) -> Result<()> {
    if context.options.yes {
        return Ok(());
    }
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        let message = format!("this destroys data, and there is no terminal to ask on: {question}");
        return Err(Error::usage(message).with_hint("add --yes if that is what you want"));
    }
    let question = plain::word(question);
    let asked = tokio::task::spawn_blocking(move || {
        let mut stderr = io::stderr();
        write!(stderr, "{question} [y/N] ")?;
        stderr.flush()?;
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer)?;
        Ok::<_, io::Error>(answer)
    });
    let answer = match asked.await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => return Err(Error::io("read the answer", &error)),
        Err(_) => return Err(Error::Interrupted),
    };
    if ["y", "yes"].contains(&answer.trim().to_lowercase().as_str()) {
        Ok(())
    } else {
        Err(Error::usage("not confirmed; nothing was changed"))
    }
}
