//! Facts without a type. Of the forms of a function that fit its operands, the checker of the library takes the result of
//! whichever comes last; for operands of no known type all of them fit, so that the sum of two would be a map. Worse, a
//! parameter of such a result stays bound to nothing, and the checker runs in circles when it is bound to itself.
//!
//! So each function gets forms that come last and that nothing but unknown operands fit: their result is unknown.

use std::sync::Arc;

use cel_core::{CelType, Env, FunctionDecl, OverloadDecl};

/// A type that no value has. What has no known type passes for it, as for every other.
fn nothing() -> CelType {
    CelType::Abstract { name: "nothing".into(), params: Arc::new([]) }
}

/// The forms for unknown operands of every function that needs them.
pub(super) fn fallbacks(env: &Env) -> Vec<FunctionDecl> {
    env.functions().values().map(fallbacks_of).filter(|it| !it.overloads.is_empty()).collect()
}

fn fallbacks_of(function: &FunctionDecl) -> FunctionDecl {
    let mut forms = FunctionDecl::new(&function.name);
    let mut add = |like: &OverloadDecl, params: Vec<CelType>| {
        let id = format!("{}_unknown_{}", like.id, forms.overloads.len());
        let form = OverloadDecl::function(id, params, CelType::Dyn);
        forms.overloads.push(OverloadDecl { is_member: like.is_member, ..form });
    };
    let results = |it: &OverloadDecl| (it.is_member, it.params.len(), it.result.clone());
    for form in &function.overloads {
        // `dyn` for a list does not say of what.
        for (index, param) in form.params.iter().enumerate() {
            if is_made_of_parameters(param) {
                let mut params = vec![CelType::Dyn; form.params.len()];
                params[index] = nothing();
                add(form, params);
            }
        }
        let has_others = function.overloads.iter().any(|other| {
            let (it, other) = (results(form), results(other));
            (it.0, it.1) == (other.0, other.1) && it.2 != other.2
        });
        if has_others && !form.params.is_empty() {
            add(form, vec![nothing(); form.params.len()]);
        }
    }
    forms
}

/// Whether there is a parameter inside of `it`: one alone is bound to whatever is given.
fn is_made_of_parameters(it: &CelType) -> bool {
    match it {
        CelType::List(it) | CelType::Optional(it) | CelType::Type(it) | CelType::Wrapper(it) => {
            has_parameter(it)
        }
        CelType::Map(key, value) => has_parameter(key) || has_parameter(value),
        _ => false,
    }
}

fn has_parameter(it: &CelType) -> bool {
    matches!(it, CelType::TypeParam(_)) || is_made_of_parameters(it)
}
