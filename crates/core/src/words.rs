//! Closed sets of words, as the database stores them.

/// An enum of words with its text forms: `as_str`, `Display`, `FromStr` (whose error lists the words), serde,
/// JSON Schema.
macro_rules! words {
    (
        $(#[$doc:meta])*
        $name:ident, $field:literal { $( $(#[$variant_doc:meta])* $variant:ident = $word:literal ),+ $(,)? }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $( $(#[$variant_doc])* #[serde(rename = $word)] $variant, )+
        }

        impl $name {
            /// Every value there is, in order.
            pub const ALL: &'static [Self] = &[$( Self::$variant ),+];

            /// The word stored for it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $( Self::$variant => $word, )+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "enum": [$( $word ),+] })
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::InvalidInput;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word {
                    $( $word => Ok(Self::$variant), )+
                    _ => Err($crate::InvalidInput::new($field, concat!("expected one of:", $( " ", $word ),+))),
                }
            }
        }
    };
}

pub(crate) use words;
