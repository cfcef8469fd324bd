//! Types of facts as types of expressions.

use std::collections::{BTreeMap, HashMap};

use cel_core::CelType;

use crate::rules::{FactSchema, FactType};

/// The fields of every object with a schema, by the path of the object: `User`, `User.address`, `Order.items[]`.
#[derive(Debug, Default)]
pub(super) struct Objects {
    by_path: HashMap<String, BTreeMap<String, CelType>>,
}

impl Objects {
    /// The objects of a schema, and the types of the variables that hold them.
    pub(super) fn of(schema: &FactSchema) -> (Self, Vec<(String, CelType)>) {
        let mut objects = Self::default();
        let variables = schema
            .objects()
            .iter()
            .map(|(name, it)| (name.clone(), objects.cel_type(it, name)))
            .collect();
        (objects, variables)
    }

    pub(super) fn fields(&self, object: &str) -> Option<&BTreeMap<String, CelType>> {
        self.by_path.get(object)
    }

    fn cel_type(&mut self, it: &FactType, path: &str) -> CelType {
        match it {
            FactType::Any => CelType::Dyn,
            FactType::Int => CelType::Int,
            FactType::Float => CelType::Double,
            FactType::String => CelType::String,
            FactType::Bool => CelType::Bool,
            FactType::Bytes => CelType::Bytes,
            FactType::Timestamp => CelType::Timestamp,
            FactType::Duration => CelType::Duration,
            FactType::List(it) => CelType::list(self.cel_type(it, &format!("{path}[]"))),
            FactType::Map(it) => {
                CelType::map(CelType::String, self.cel_type(it, &format!("{path}[]")))
            }
            FactType::Object(fields) => {
                let fields = fields
                    .iter()
                    .map(|(name, it)| (name.clone(), self.cel_type(it, &format!("{path}.{name}"))))
                    .collect();
                self.by_path.insert(path.to_owned(), fields);
                CelType::message(path)
            }
            FactType::Optional(it) => match self.cel_type(it, path) {
                // These can be compared with null as they are.
                it @ (CelType::Timestamp | CelType::Duration | CelType::Message(_)) => it,
                it if it.is_primitive() => CelType::wrapper(it),
                _ => CelType::Dyn,
            },
        }
    }
}

/// The longest name of a type in a message, in characters.
const SHOWN: usize = 80;

/// How messages call a type.
pub(super) fn type_name(it: &CelType) -> String {
    let name = full_name(it);
    match name.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name,
    }
}

fn full_name(it: &CelType) -> String {
    match it {
        CelType::Dyn | CelType::TypeVar(_) | CelType::TypeParam(_) | CelType::Error => {
            "any".to_owned()
        }
        CelType::List(it) => format!("list<{}>", full_name(it)),
        CelType::Map(key, value) => format!("map<{}, {}>", full_name(key), full_name(value)),
        CelType::Wrapper(it) | CelType::Optional(it) => format!("optional<{}>", full_name(it)),
        CelType::Type(_) => "type".to_owned(),
        other => other.display_name(),
    }
}
