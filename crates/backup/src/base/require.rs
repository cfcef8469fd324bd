//! What a server must be like, asked before anything is begun.

use agentflow::Config;

use super::OLDEST;
use crate::{Error, Result, sql};

const OPERATION: &str = "take a base backup";

/// What tells a server from others.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) version: String,
    pub(super) major: u16,
    pub(super) system_identifier: String,
    pub(super) summarizes: bool,
    wal_level: String,
    wal_senders: i32,
    role: String,
    may_replicate: bool,
    tablespaces: Vec<String>,
}

impl Server {
    pub(super) async fn ask(config: &Config) -> Result<Self> {
        let client = sql::connect(config).await?;
        let asked = client.query_one(include_str!("../../queries/base_server.sql"), &[]).await;
        let row = asked.map_err(sql::failed(OPERATION))?;
        let number: i32 = row.get("version_number");
        let version: String = row.get("version");
        Ok(Self {
            // "18.6 (Debian 18.6-1)" says more than the number.
            version: version.split_whitespace().next().unwrap_or_default().to_owned(),
            major: u16::try_from(number / 10_000).unwrap_or_default(),
            system_identifier: row.get("system_identifier"),
            summarizes: row.get::<_, String>("summarize_wal") == "on",
            wal_level: row.get("wal_level"),
            wal_senders: row.get("max_wal_senders"),
            role: row.get("role"),
            may_replicate: row.get("may_replicate"),
            tablespaces: row.get("tablespaces"),
        })
    }

    /// Everything that a full one needs.
    pub(super) fn require(&self) -> Result<()> {
        if self.major < OLDEST {
            return Err(unsupported(format!(
                "the server is PostgreSQL {}, and base backups that build upon each other came with {OLDEST}; take \
                 them with pgBackRest or WAL-G, or take backups with `af backup create`",
                self.version
            )));
        }
        if self.wal_level == "minimal" {
            return Err(unsupported(
                "wal_level is minimal, which leaves out what a base backup needs; set wal_level = replica in \
                 postgresql.conf and restart the server",
            ));
        }
        // One for the files, and one for the write-ahead log meanwhile.
        if self.wal_senders < 2 {
            return Err(unsupported(format!(
                "max_wal_senders is {}, and a base backup takes two; raise it in postgresql.conf and restart the server",
                self.wal_senders
            )));
        }
        if let [first, ..] = &self.tablespaces[..] {
            return Err(unsupported(format!(
                "the server keeps the tablespace {first} outside of its data folder, which base backups of this \
                 program leave alone; use pgBackRest, or `af backup create`"
            )));
        }
        if !self.may_replicate {
            return Err(Error::Denied {
                operation: OPERATION,
                reason: format!(
                    "the role {role} may not replicate, which all files of the server are read by; connect as a \
                     superuser, or let one run: ALTER ROLE \"{role}\" REPLICATION",
                    role = self.role
                ),
            });
        }
        Ok(())
    }

    /// What an incremental one needs besides.
    pub(super) fn require_summaries(&self) -> Result<()> {
        if self.summarizes {
            return Ok(());
        }
        Err(unsupported(
            "summarize_wal is off, so the server does not know which blocks changed; let a superuser run: ALTER SYSTEM \
             SET summarize_wal = on; SELECT pg_reload_conf(); and take a full base backup afterwards, which later ones \
             can build upon",
        ))
    }
}

fn unsupported(reason: impl Into<String>) -> Error {
    Error::Conflict { operation: OPERATION, reason: reason.into() }
}
