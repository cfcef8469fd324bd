//! The tests of a file, as far as they need no messages of protocol buffers.

use cel_core::{CelType, Expr, FunctionDecl, OverloadDecl, SpannedExpr, Value, parse};

use super::{
    textproto::Message,
    values::{self, Bound},
};

/// One test.
#[derive(Debug)]
pub(super) struct Case {
    /// File, section and name of the test, with slashes in between.
    pub(super) path: String,
    pub(super) expression: String,
    pub(super) container: String,
    pub(super) checked: bool,
    pub(super) variables: Vec<(String, CelType)>,
    pub(super) functions: Vec<FunctionDecl>,
    pub(super) bindings: Vec<(String, Value)>,
    pub(super) wanted: Wanted,
    pub(super) deduced: Option<CelType>,
}

#[derive(Debug)]
pub(super) enum Wanted {
    Value(Value),
    Error,
    /// The test is about the checker only.
    Checked,
}

/// The tests of a file in their order, or why one cannot be run.
pub(super) fn cases(file: &str, message: &Message) -> Vec<Result<Case, Bound>> {
    let mut cases = Vec::new();
    for section in message.messages("section") {
        for test in section.messages("test") {
            let path = format!("{file}/{}/{}", section.text("name"), test.text("name"));
            cases.push(case(&path, test));
        }
    }
    cases
}

fn case(path: &str, test: &Message) -> Result<Case, Bound> {
    let known = [
        "name",
        "description",
        "expr",
        "disable_check",
        "check_only",
        "type_env",
        "container",
        "bindings",
        "value",
        "typed_result",
        "eval_error",
    ];
    if let Some(name) = test.names().find(|it| !known.contains(it)) {
        panic!("{path}: the runner does not know `{name}`");
    }
    let container = test.text("container");
    if ["cel.expr.conformance", "google.protobuf"].iter().any(|it| container.starts_with(it)) {
        return Err(Bound::Container);
    }
    let expression = test.text("expr");
    if parse(&expression).ast.is_some_and(|it| makes_messages(&it)) {
        return Err(Bound::Literal);
    }
    let (variables, functions) = declarations(test)?;
    let mut case = Case {
        path: path.to_owned(),
        expression,
        container,
        checked: !test.is_true("disable_check"),
        variables,
        functions,
        bindings: bindings(test)?,
        wanted: wanted(test)?,
        deduced: None,
    };
    if let Some(deduced) = test.message("typed_result").and_then(|it| it.message("deduced_type")) {
        case.deduced = Some(values::cel_type(deduced)?);
    }
    for (name, _) in &case.bindings {
        if !case.variables.iter().any(|(it, _)| it == name) {
            case.variables.push((name.clone(), CelType::Dyn));
        }
    }
    Ok(case)
}

fn wanted(test: &Message) -> Result<Wanted, Bound> {
    if test.is_true("check_only") {
        return Ok(Wanted::Checked);
    }
    if test.field("eval_error").is_some() {
        return Ok(Wanted::Error);
    }
    let typed = test.message("typed_result").and_then(|it| it.message("result"));
    let wanted = test.message("value").or(typed);
    wanted.map_or(Ok(Value::Bool(true)), values::value).map(Wanted::Value)
}

fn bindings(test: &Message) -> Result<Vec<(String, Value)>, Bound> {
    let bindings = test.messages("bindings").map(|it| {
        let value = it.message("value").and_then(|it| it.message("value"));
        Ok((it.text("key"), values::value(value.ok_or(Bound::Value)?)?))
    });
    bindings.collect()
}

type Declarations = (Vec<(String, CelType)>, Vec<FunctionDecl>);

fn declarations(test: &Message) -> Result<Declarations, Bound> {
    let (mut variables, mut functions) = (Vec::new(), Vec::new());
    for declaration in test.messages("type_env") {
        let name = declaration.text("name");
        if let Some(function) = declaration.message("function") {
            let overloads =
                function.messages("overloads").map(overload).collect::<Result<Vec<_>, _>>()?;
            functions.push(FunctionDecl::new(name).with_overloads(overloads));
        } else if let Some(it) = declaration.message("ident").and_then(|it| it.message("type")) {
            variables.push((name, values::cel_type(it)?));
        }
    }
    Ok((variables, functions))
}

/// The type parameters are those that the types name: the tests do not list them.
fn overload(message: &Message) -> Result<OverloadDecl, Bound> {
    let params = message.messages("params").map(values::cel_type).collect::<Result<Vec<_>, _>>()?;
    let result = message.message("result_type").map_or(Ok(CelType::Dyn), values::cel_type)?;
    let mut names = Vec::new();
    for it in &params {
        type_parameters(it, &mut names);
    }
    let id = message.text("overload_id");
    let declared = if message.is_true("is_instance_function") {
        OverloadDecl::method(id, params, result)
    } else {
        OverloadDecl::function(id, params, result)
    };
    Ok(declared.with_type_params(names))
}

fn type_parameters(of: &CelType, names: &mut Vec<String>) {
    match of {
        CelType::TypeParam(name) if !names.iter().any(|it| **it == **name) => {
            names.push(name.to_string());
        }
        CelType::List(it) | CelType::Optional(it) | CelType::Type(it) => type_parameters(it, names),
        CelType::Map(key, value) => {
            type_parameters(key, names);
            type_parameters(value, names);
        }
        CelType::Abstract { params, .. } => {
            for it in params.iter() {
                type_parameters(it, names);
            }
        }
        _ => {}
    }
}

fn makes_messages(expression: &SpannedExpr) -> bool {
    let mut pending = vec![expression];
    while let Some(expression) = pending.pop() {
        match &expression.node {
            Expr::Struct { .. } => return true,
            Expr::List(it) => pending.extend(it.iter().map(|it| &it.expr)),
            Expr::Map(it) => pending.extend(it.iter().flat_map(|it| [&it.key, &it.value])),
            Expr::Unary { expr, .. }
            | Expr::Member { expr, .. }
            | Expr::MemberTestOnly { expr, .. } => pending.push(expr),
            Expr::Binary { left, right, .. } => pending.extend([&**left, &**right]),
            Expr::Ternary { cond, then_expr, else_expr } => {
                pending.extend([&**cond, &**then_expr, &**else_expr]);
            }
            Expr::Index { expr, index, .. } => pending.extend([&**expr, &**index]),
            Expr::Call { expr, args } => {
                pending.push(expr);
                pending.extend(args);
            }
            Expr::Comprehension(it) => pending.extend([
                &*it.iter_range,
                &*it.accu_init,
                &*it.loop_condition,
                &*it.loop_step,
                &*it.result,
            ]),
            Expr::Bind { init, body, .. } => pending.extend([&**init, &**body]),
            _ => {}
        }
    }
    false
}
