//! Mesos's flags and containerizers.

mod containerizers;
mod docker_config;
mod docker_registry;
