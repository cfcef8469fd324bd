//! The macros of the language.

use std::sync::LazyLock;

use cel_core::{
    Expr, Span, SpannedExpr,
    parser::{
        ArgCount, Macro, MacroContext, MacroExpander, MacroExpansion, MacroRegistry, MacroStyle,
        macros::STANDARD_MACROS,
    },
};

/// Of messages of protocol buffers, which there are none of, and for tests of optimizers.
const LEFT_OUT: [&str; 6] =
    ["proto.hasExt", "proto.getExt", "cel.block", "cel.index", "cel.iterVar", "cel.accuVar"];

/// The variable that holds the receiver of `optMap`. No source can name it.
const RECEIVER: &str = "@receiver";

/// The macros of the library, without what it keeps to write an expression back: of nested macros that is a copy of the
/// expression for each level.
pub(super) static MACROS: LazyLock<MacroRegistry> = LazyLock::new(|| {
    let mut registry = MacroRegistry::new();
    for (standard, expander) in STANDARD_MACROS.iter().zip(QUIET) {
        if !LEFT_OUT.contains(&standard.name) {
            registry.register(Macro { expander, ..standard.clone() });
        }
    }
    let two = ArgCount::Exact(2);
    registry.register(Macro::new("optMap", MacroStyle::Receiver, two, opt_map));
    registry.register(Macro::new("optFlatMap", MacroStyle::Receiver, two, opt_flat_map));
    registry
});

const QUIET: [MacroExpander; 25] = [
    quiet::<0>,
    quiet::<1>,
    quiet::<2>,
    quiet::<3>,
    quiet::<4>,
    quiet::<5>,
    quiet::<6>,
    quiet::<7>,
    quiet::<8>,
    quiet::<9>,
    quiet::<10>,
    quiet::<11>,
    quiet::<12>,
    quiet::<13>,
    quiet::<14>,
    quiet::<15>,
    quiet::<16>,
    quiet::<17>,
    quiet::<18>,
    quiet::<19>,
    quiet::<20>,
    quiet::<21>,
    quiet::<22>,
    quiet::<23>,
    quiet::<24>,
];

fn quiet<const INDEX: usize>(
    context: &mut MacroContext<'_>,
    span: Span,
    receiver: Option<SpannedExpr>,
    args: Vec<SpannedExpr>,
) -> MacroExpansion {
    let mut next_id = || context.next_id();
    let mut inner = MacroContext::new(&mut next_id, None);
    let expansion = (STANDARD_MACROS[INDEX].expander)(&mut inner, span, receiver, args);
    let errors = inner.take_errors();
    for (message, span) in errors {
        context.add_error(message, span);
    }
    expansion
}

fn opt_map(
    context: &mut MacroContext<'_>,
    span: Span,
    receiver: Option<SpannedExpr>,
    args: Vec<SpannedExpr>,
) -> MacroExpansion {
    chained(context, &span, receiver, args, true)
}

fn opt_flat_map(
    context: &mut MacroContext<'_>,
    span: Span,
    receiver: Option<SpannedExpr>,
    args: Vec<SpannedExpr>,
) -> MacroExpansion {
    chained(context, &span, receiver, args, false)
}

/// `receiver.optMap(name, value)` as
/// `cel.bind(@receiver, receiver, @receiver.hasValue() ? cel.bind(name, @receiver.value(), optional.of(value)) : optional.none())`.
/// The library writes the receiver twice, so that a chain of 30 would be a billion of expressions.
fn chained(
    context: &mut MacroContext<'_>,
    span: &Span,
    receiver: Option<SpannedExpr>,
    args: Vec<SpannedExpr>,
    is_wrapped: bool,
) -> MacroExpansion {
    let mut args = args.into_iter();
    let (Some(receiver), Some(name), Some(value)) = (receiver, args.next(), args.next()) else {
        return MacroExpansion::Error("expected a receiver and two arguments".to_owned());
    };
    let Expr::Ident(name) = name.node else {
        return MacroExpansion::Error("first argument must be an identifier".to_owned());
    };
    Expansion { context, span }.chained(receiver, name, value, is_wrapped)
}

struct Expansion<'c, 'm> {
    context: &'c mut MacroContext<'m>,
    span: &'c Span,
}

impl Expansion<'_, '_> {
    fn make(&mut self, node: Expr) -> SpannedExpr {
        SpannedExpr::new(self.context.next_id(), node, self.span.clone())
    }

    fn call(&mut self, on: &str, function: &str, args: Vec<SpannedExpr>) -> SpannedExpr {
        let on = Box::new(self.make(Expr::Ident(on.to_owned())));
        let member = Expr::Member { expr: on, field: function.to_owned(), optional: false };
        let member = Box::new(self.make(member));
        self.make(Expr::Call { expr: member, args })
    }

    fn bind(&mut self, name: String, init: SpannedExpr, body: SpannedExpr) -> SpannedExpr {
        let (init, body) = (Box::new(init), Box::new(body));
        self.make(Expr::Bind { var_name: name, init, body })
    }

    fn chained(
        mut self,
        receiver: SpannedExpr,
        name: String,
        value: SpannedExpr,
        is_wrapped: bool,
    ) -> MacroExpansion {
        let cond = Box::new(self.call(RECEIVER, "hasValue", Vec::new()));
        let value = if is_wrapped { self.call("optional", "of", vec![value]) } else { value };
        let held = self.call(RECEIVER, "value", Vec::new());
        let then_expr = Box::new(self.bind(name, held, value));
        let else_expr = Box::new(self.call("optional", "none", Vec::new()));
        let choice = self.make(Expr::Ternary { cond, then_expr, else_expr });
        MacroExpansion::Expanded(self.bind(RECEIVER.to_owned(), receiver, choice))
    }
}
