// This file was generated with `cornucopia`. Do not modify.

pub mod audit;
pub mod isolation;
pub mod keys;
pub mod principals;
pub mod roles;
pub mod sessions;
pub mod teams;
pub mod tenancy;
pub mod users;
