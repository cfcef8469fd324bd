//! What expressions can name, and the check of an expression against it.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

use cel_core::{Ast, CelType, Env, FunctionDecl, OverloadDecl, SpannedExpr};

use super::{
    check_words::Words,
    dynamic,
    operands::operand_findings,
    problems::problems_of,
    scan::Finding,
    types::{Objects, type_name},
};
use crate::rules::{FactSchema, Problems};

/// The functions of the language, made once.
static FUNCTIONS: LazyLock<Env> = LazyLock::new(|| {
    let orders = ["_<_", "_<=_", "_>_", "_>=_"].map(order_of_numbers);
    let env = Env::with_standard_library().with_all_extensions().with_extension(orders);
    let fallbacks = dynamic::fallbacks(&env);
    env.with_extension(fallbacks)
});

/// Numbers of different types have an order; the library knows it when it evaluates, but not when it checks.
fn order_of_numbers(operator: &str) -> FunctionDecl {
    let types = [CelType::Int, CelType::UInt, CelType::Double];
    let mut order = FunctionDecl::new(operator);
    for left in &types {
        for right in types.iter().filter(|it| *it != left) {
            let id = format!("{operator}{}_{}", left.display_name(), right.display_name());
            let params = vec![left.clone(), right.clone()];
            order = order.with_overload(OverloadDecl::function(id, params, CelType::Bool));
        }
    }
    order
}

/// The variables and functions of a language.
#[derive(Debug)]
pub(super) struct Scope {
    pub(super) env: Env,
    pub(super) objects: Arc<Objects>,
    pub(super) object_names: Vec<String>,
    pub(super) derived_names: Vec<String>,
    /// Why a derived field is left out.
    pub(super) left_out: BTreeMap<String, String>,
}

/// What an expression must give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Bool,
    Anything,
}

impl Scope {
    pub(super) fn new(schema: &FactSchema) -> Self {
        let (objects, variables) = Objects::of(schema);
        let objects = Arc::new(objects);
        let mut env = FUNCTIONS.clone().with_proto_registry(Arc::clone(&objects) as _);
        let mut object_names = Vec::new();
        for (name, it) in variables {
            object_names.push(name.clone());
            env.add_variable(name, it);
        }
        Self { env, objects, object_names, derived_names: Vec::new(), left_out: BTreeMap::new() }
    }

    pub(super) fn add_derived(&mut self, name: &str, it: CelType) {
        self.env.add_variable(name, it);
        self.derived_names.push(name.to_owned());
    }

    /// Checks a syntax tree. To be called in [`super::source::guarded`].
    pub(super) fn check(
        &self,
        source: &str,
        expr: SpannedExpr,
        wanted: Wanted,
    ) -> Result<Ast, Problems> {
        let checked = self.env.check(&expr);
        let mut findings = Words { scope: self, root: &expr }.findings(&checked.errors);
        findings.extend(operand_findings(&expr, &checked.type_map));
        if findings.is_empty() && wanted == Wanted::Bool {
            findings.extend(checked.get_type(expr.id).and_then(|it| not_bool(&expr, it)));
        }
        if findings.is_empty() && !checked.errors.is_empty() {
            findings.push(Finding::new(expr.span.clone(), "the checker refuses this expression"));
        }
        if findings.is_empty() {
            Ok(Ast::new_checked(expr, source, checked))
        } else {
            Err(problems_of(source, findings))
        }
    }
}

fn not_bool(expr: &SpannedExpr, it: &CelType) -> Option<Finding> {
    let is_fine = match it {
        CelType::Wrapper(it) => **it == CelType::Bool,
        it => {
            matches!(it, CelType::Bool | CelType::Dyn | CelType::TypeVar(_) | CelType::TypeParam(_))
        }
    };
    let message = format!("the rule gives {}, not true or false", type_name(it));
    (!is_fine).then(|| Finding::new(expr.span.clone(), message))
}

#[cfg(test)]
mod tests {
    use super::FUNCTIONS;
    use crate::rules::names::check_global;

    #[test]
    fn types_and_functions_without_a_receiver_cannot_be_names() {
        let types = FUNCTIONS.variables().keys().map(String::as_str);
        let functions = FUNCTIONS.standalone_functions();
        let roots = functions.iter().filter_map(|it| it.split('.').next());
        let names: Vec<_> = types.chain(roots.filter(|it| !it.contains(['!', '-']))).collect();
        assert!(names.contains(&"math") && names.contains(&"int") && names.contains(&"size"));
        let free: Vec<_> = names.into_iter().filter(|it| check_global(it).is_ok()).collect();
        assert!(free.is_empty(), "{free:?}");
    }
}
