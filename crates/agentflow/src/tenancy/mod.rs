//! Tenants and what they divide their work into.

mod environments;
mod settings;
mod tenants;
mod workspaces;

pub use environments::{Environment, Environments, NewEnvironment};
pub use settings::{WorkspaceConfig, WorkspaceSettings, WorkspaceSettingsChange};
pub use tenants::{NewTenant, TenantRow, Tenants, Tombstone};
pub use workspaces::{NewWorkspace, Workspace, Workspaces};
