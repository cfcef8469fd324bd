//! The tests that fail, and why: what the library that parses and checks does not have.

/// A test, or with `*` at the end several, and the reason.
pub(super) type Gap = (&'static str, &'static str);

/// Tests whose value is not the one that is wanted.
pub(super) const VALUES: &[Gap] = &[
    ("network_ext/*", "the library has no functions for addresses of networks"),
    (
        "timestamps/timestamp_conversions/type_comparison",
        "google.protobuf.Timestamp is no name without the messages of protocol buffers",
    ),
    (
        "timestamps/duration_conversions/type_comparison",
        "google.protobuf.Duration is no name without the messages of protocol buffers",
    ),
];

/// Tests for which the checker finds another type.
pub(super) const TYPES: &[Gap] = &[
    (
        "type_deduction/flexible_type_parameter_assignment/optional_dyn_promotion*",
        "in a list of optionals with and without a known type, the known type wins over dyn",
    ),
    (
        "type_deduction/type_parameters/multiple_parameters_generality",
        "of an abstract type and the same with dyn as parameters it makes dyn",
    ),
];

/// The gaps that a test is in.
pub(super) fn gap(gaps: &[Gap], path: &str) -> Option<usize> {
    gaps.iter().position(|(pattern, _)| match pattern.strip_suffix('*') {
        Some(beginning) => path.starts_with(beginning),
        None => path == *pattern,
    })
}
