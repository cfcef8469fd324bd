use crate::store::Handle;

/// The usage of a tenant.
#[derive(Debug, Clone)]
pub struct Metering(pub(super) Handle);

impl Metering {
    pub(crate) fn new(handle: Handle) -> Self {
        Self(handle)
    }
}
