//! The objects of a schema as the checker of the library asks for them.

use std::any::Any;

use cel_core::{
    CelType, EvalError, MessageValue, ProtoRegistry, ProtoTypeResolver, ResolvedProtoType,
    StructFieldValue, Value,
};

use super::types::Objects;

impl ProtoTypeResolver for Objects {
    fn get_field_type(&self, message: &str, field: &str) -> Option<CelType> {
        self.fields(message)?.get(field).cloned()
    }

    fn has_message(&self, message: &str) -> bool {
        self.fields(message).is_some()
    }

    fn is_extension(&self, _message: &str, _name: &str) -> bool {
        false
    }

    fn get_enum_value(&self, _name: &str, _value: &str) -> Option<i32> {
        None
    }

    fn resolve_qualified(&self, _parts: &[&str], _container: &str) -> Option<ResolvedProtoType> {
        None
    }

    fn resolve_message_name(&self, _name: &str, _container: &str) -> Option<String> {
        None
    }

    fn message_field_names(&self, message: &str) -> Option<Vec<String>> {
        self.fields(message).map(|fields| fields.keys().cloned().collect())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Never asked for: at run time objects are maps, and no expression makes a message.
impl ProtoRegistry for Objects {
    fn construct_message(&self, _name: &str, _fields: &[StructFieldValue], _enums: bool) -> Value {
        no_messages()
    }

    fn message_field_access(
        &self,
        _message: &dyn MessageValue,
        _field: &str,
        _optional: bool,
        _enums: bool,
    ) -> Value {
        no_messages()
    }

    fn message_has_field(&self, _message: &dyn MessageValue, _field: &str) -> Value {
        no_messages()
    }

    fn get_extension_value(
        &self,
        _message: &dyn MessageValue,
        _name: &str,
        _optional: bool,
        _enums: bool,
    ) -> Option<Value> {
        None
    }

    fn has_extension(&self, _message: &dyn MessageValue, _name: &str) -> Option<bool> {
        None
    }
}

fn no_messages() -> Value {
    Value::error(EvalError::internal("there are no messages of protocol buffers"))
}
