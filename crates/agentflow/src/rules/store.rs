use std::future::Future;

use agentflow_core::{
    audit::Actor,
    ids::RuleId,
    rules::{DerivedSpec, FactSchema, Rule, RuleSpec},
};

use crate::error::Result;

/// Where the rules of one tenant are kept. Whatever is stored was compiled before, against the schema that is in force.
pub trait RuleStore: Send + Sync {
    /// Adds a rule, with this id or a new one.
    ///
    /// Fails with [`Error::AlreadyExists`] when the id or the name is taken, and with [`Error::InvalidInputs`] when the
    /// expression does not compile.
    ///
    /// [`Error::AlreadyExists`]: crate::Error::AlreadyExists
    /// [`Error::InvalidInputs`]: crate::Error::InvalidInputs
    fn add(
        &self,
        id: Option<RuleId>,
        spec: RuleSpec,
        by: &Actor,
    ) -> impl Future<Output = Result<Rule>> + Send;

    /// The rule with this id, active or not. Fails with [`Error::NotFound`] when it is not there, or is another tenant's.
    ///
    /// [`Error::NotFound`]: crate::Error::NotFound
    fn get(&self, id: RuleId) -> impl Future<Output = Result<Rule>> + Send;

    /// The active rules in the order of their creation, those of the same instant in the order of their ids.
    fn list_active(&self) -> impl Future<Output = Result<Vec<Rule>>> + Send;

    /// Replaces name, expression and activity. Id and time of creation stay. Fails like [`RuleStore::add`] and
    /// [`RuleStore::get`]; the rule is as before then.
    fn update(
        &self,
        id: RuleId,
        spec: RuleSpec,
        by: &Actor,
    ) -> impl Future<Output = Result<Rule>> + Send;

    /// Deletes a rule. Fails with [`Error::NotFound`] when it is not there.
    ///
    /// [`Error::NotFound`]: crate::Error::NotFound
    fn delete(&self, id: RuleId, by: &Actor) -> impl Future<Output = Result<()>> + Send;

    /// Everything that an engine needs, as of one moment.
    fn book(&self) -> impl Future<Output = Result<Book>> + Send;

    /// The number that counts changes of what the tenant evaluates: 0 before the first.
    fn revision(&self) -> impl Future<Output = Result<i64>> + Send;
}

/// What a tenant evaluates, as of one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Book {
    /// The number that counts its changes.
    pub revision: i64,
    /// The schema in force; without objects when there is none.
    pub schema: FactSchema,
    /// The active derived fields, in the order of their creation.
    pub derived: Vec<DerivedSpec>,
    /// Every rule, in the order of evaluation.
    pub rules: Vec<Rule>,
}
