//! The exact words of problems, with line and column.

use super::{problems, shop};

fn check(cases: &[(&str, &str)]) {
    let language = shop();
    let wrong: Vec<_> = cases
        .iter()
        .map(|(source, expected)| (source, problems(&language, source), expected))
        .filter(|(_, found, expected)| found != *expected)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn operands_of_wrong_types() {
    check(&[
        (
            "size(5) > 1",
            "1:1 `size` has no form for (int); it is size(string), size(bytes), size(list<any>), and others",
        ),
        ("User.age == 'old'", "1:1 `==` cannot compare int with string"),
        ("User.age != null", "1:1 `!=` cannot compare int with null"),
        ("User.email == 5", "1:1 `==` cannot compare optional<string> with int"),
        ("User.tags == [1]", "1:1 `==` cannot compare list<string> with list<int>"),
        ("true && User.age >= 'x'", "1:9 `>=` cannot compare int with string"),
        ("User.age in ['a']", "1:1 `in` cannot find int in list<string>"),
        ("5 in User.limits", "1:1 `in` cannot find int in map<string, double>"),
        ("'age' in User", "1:1 `in` needs a list or a map, got User; write has(User.name)"),
        ("5 in 5", "1:1 `in` needs a list or a map, got int"),
        ("User.age + 1.5 > 1.0", "1:1 `+` has no form for int and double; write double(x)"),
        ("User.age * Order.total > 1.0", "1:1 `*` has no form for int and double; write double(x)"),
        ("1u + 1 > 1", "1:1 `+` has no form for uint and int; write int(x)"),
        ("User.name - 'a' == ''", "1:1 `-` has no form for string and string"),
        ("-User.name == ''", "1:1 `-` has no form for string"),
        ("!User.age", "1:1 `!` needs true or false, got int"),
        ("User.age && true", "1:1 `&&` needs true or false on both sides, got int and bool"),
        ("User.age ? true : false", "1:1 expected true or false, got int"),
        ("User.tags.all(tag, tag)", "1:20 expected true or false, got string"),
        ("User.tags.exists(tag, 5)", "1:23 expected true or false, got int"),
        ("User.tags.filter(tag, 5) == []", "1:23 expected true or false, got int"),
        ("User.age.exists(x, x > 1)", "1:1 expected a list or a map, got int"),
        (
            "User['age'] > 1",
            "1:1 the fields of User are known; write User.name instead of [\"name\"]",
        ),
        ("User.tags['a'] == 'x'", "1:1 elements of a list have an int as index, got string"),
        ("User.limits[1] > 1.0", "1:1 the keys are of type string, got int"),
        ("User.age[0] > 1", "1:1 expected a list or a map in front of `[`, got int"),
        (
            "User.age.startsWith('a')",
            "1:1 `startsWith` has no form for (int, string); it is string.startsWith(string)",
        ),
        ("User.name.startsWith() ", "1:1 `startsWith` takes exactly 1 argument, got 0"),
    ]);
}

#[test]
fn results_that_are_not_true_or_false() {
    check(&[
        ("User.age", "1:1 the rule gives int, not true or false"),
        ("  'a' + 'b'", "1:3 the rule gives string, not true or false"),
        ("User", "1:1 the rule gives User, not true or false"),
        ("User.email", "1:1 the rule gives optional<string>, not true or false"),
        ("null", "1:1 the rule gives null, not true or false"),
        ("int", "1:1 the rule gives type, not true or false"),
        ("[true]", "1:1 the rule gives list<bool>, not true or false"),
    ]);
}

#[test]
fn unknown_names_fields_and_functions() {
    check(&[
        (
            "Usr.age > 1",
            "1:1 unknown name `Usr`; the objects are Context, Order, User; derived fields: total; did you mean `User`?",
        ),
        (
            "Everything",
            "1:1 unknown name `Everything`; the objects are Context, Order, User; derived fields: total",
        ),
        ("User.agee > 1", "1:1 unknown field `agee` of User; did you mean `age`?"),
        ("has(User.emial)", "1:1 unknown field `emial` of User; did you mean `email`?"),
        (
            "User.address.street == ''",
            "1:1 unknown field `street` of User.address; it has city, zip",
        ),
        (
            "Order.items.all(it, it.prize > 1.0)",
            "1:21 unknown field `prize` of Order.items[]; did you mean `price`?",
        ),
        ("User.age.x == 1", "1:1 unknown field `x`: int has no fields"),
        ("User.email.x == 1", "1:1 unknown field `x`: string has no fields"),
        ("User.name.lenght() > 1", "1:1 unknown function `lenght`"),
        (
            "User.name.startWith('x')",
            "1:1 unknown function `startWith`; did you mean `startsWith`?",
        ),
        (
            "math.greatst(1, 2) == 2",
            "1:1 unknown function `math.greatst`; did you mean `math.greatest`?",
        ),
        ("math == 1", "1:1 `math` is no value; it has functions, like `math.abs`"),
        (
            "broken > 1.0",
            "1:1 derived field `broken` does not compile: line 1, column 1: unknown field `totl` of Order; did you mean `total`?",
        ),
        (
            "leaning > 1.0",
            "1:1 derived field `broken` does not compile: line 1, column 1: unknown field `totl` of Order; did you mean `total`?",
        ),
        ("one == 1", "1:1 derived field `one` depends on itself: one -> other -> one"),
    ]);
}

#[test]
fn several_problems_come_in_the_order_of_the_text() {
    check(&[(
        "User.agee > 1 &&\n  User.nam == 'x'",
        "1:1 unknown field `agee` of User; did you mean `age`? | 2:3 unknown field `nam` of User; did you mean `name`?",
    )]);
}

#[test]
fn syntax() {
    check(&[
        ("", "1:1 expected an expression"),
        ("   \n ", "1:1 expected an expression"),
        ("// nothing", "1:1 expected an expression"),
        ("(User.age > 1", "1:14 expected `)`, found end of text"),
        ("(User.age > 1 \n", "1:14 expected `)`, found end of text"),
        ("User.age > 1)", "1:13 unexpected `)` behind the expression; expected an operator"),
        ("User.age >", "1:11 expected a value, found end of text"),
        ("User.age > > 1", "1:12 expected a value, found `>`"),
        ("User.age > ]", "1:12 expected a value, found `]`"),
        ("User.", "1:6 expected a name behind `.`, found end of text"),
        ("User.5", "1:5 unexpected `.5` behind the expression; expected an operator"),
        ("User.'x'", "1:6 expected a name behind `.`, found `'x'`"),
        ("User.in > 1", "1:6 expected a name behind `.`, found `in`"),
        ("User.(x)", "1:6 expected a name behind `.`, found `(`"),
        ("[1, 2", "1:6 expected `]`, found end of text"),
        ("{'a' 1}", "1:6 expected `:`, found `1`"),
        ("{'a': 1", "1:8 expected `}`, found end of text"),
        ("true ? 1", "1:9 expected `:`, found end of text"),
        ("User.age > 1 and true", "1:14 unexpected `and`; write `&&`"),
        ("User.age > 1 OR true", "1:14 unexpected `OR`; write `||`"),
        ("not User.vip", "1:5 unexpected `User` behind the expression; expected an operator"),
        ("User.age = 1", "1:10 unexpected `=`; write `==` to compare"),
        ("true & false", "1:6 unexpected `&`; write `&&` for and"),
        ("true | false", "1:6 unexpected `|`; write `||` for or"),
        ("User.age > 1;", "1:13 unexpected character `;`"),
        ("User.age > #1", "1:12 unexpected character `#`"),
        ("User.age > \u{0}1", "1:12 unexpected character U+0000"),
        ("User.age\u{a0}> 1", "1:9 unexpected character U+00A0"),
        ("User.name == “x”", "1:14 unexpected `“`; write texts in straight quotes"),
        ("User.name == 'x", "1:14 the text is not closed; expected ' at its end"),
        ("User.name == '''x''", "1:14 the text is not closed; expected ''' at its end"),
        ("User.name == r\"x", "1:14 the text is not closed; expected \" at its end"),
        (
            "User.name == 'x\n'",
            "1:14 the text is not closed at the end of the line; write \\n for a new line, or use three quotes",
        ),
        (
            "User.name.matches('\\d')",
            "1:20 unknown escape `\\d`; write \\\\ for a backslash, or r\"…\" for a pattern",
        ),
        ("'\\x4' == ''", "1:2 expected two hexadecimal digits behind \\x"),
        ("'\\ud800' == ''", "1:2 expected four hexadecimal digits of a character behind \\u"),
        ("User.`name == 1", "1:6 the name in backquotes is not closed"),
        ("for > 1", "1:1 `for` is a word that cannot be a name"),
        ("User.age > 9223372036854775808", "1:12 9223372036854775808 is out of range for int"),
        ("User.age > 99999999999999999999", "1:12 99999999999999999999 is out of range for int"),
        ("18446744073709551616u > 1u", "1:1 18446744073709551616u is out of range for uint"),
        ("User.tags.all(tag) ", "1:1 `all` takes 2 or 3 arguments, got 1"),
        ("User.tags.all(1, true)", "1:15 expected the name of a variable, got `1`"),
        ("has(User)", "1:1 `has` takes a field: has(User.name)"),
        ("cel.bind(1, 2, true)", "1:1 the first argument of `cel.bind` is the name of a variable"),
        ("(1)(2)", "1:2 only a function can be called"),
        ("User{age: 1} == User", "1:1 objects cannot be made here; write a map: {\"name\": value}"),
    ]);
}

#[test]
fn columns_count_characters() {
    check(&[
        ("'😀é' == User.nam", "1:9 unknown field `nam` of User; did you mean `name`?"),
        (
            "'😀' == '1'\n  && '😀' == Usr.name",
            "2:13 unknown name `Usr`; the objects are Context, Order, User; derived fields: total; did you mean `User`?",
        ),
    ]);
}
