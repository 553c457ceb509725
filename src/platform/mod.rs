//! The platforms' own definitions, flags, parameters and directories. Each is public at the top of
//! the crate: `regcred::marathon`, `regcred::mesos`, `regcred::dcos`, `regcred::certs`.
//!
//! | module | reads | file by file |
//! |---|---|---|
//! | `marathon` | app and pod definitions | `definition` walks to the services, `node` reads a field, `service` applies Marathon's rules, `fetch` follows Mesos's fetcher, `uri` is Java's grammar, `fetch_check` and `exposure` warn |
//! | `mesos` | `--docker_config`, `--docker_registry` | `config` parses as Mesos does, `pitfalls` says what follows, `check` merges it with this crate's warnings; `docker_registry` |
//! | `dcos` | `cluster_docker_*`, the cluster's file | `parameters`, `file_check` |
//! | `certs` | `certs.d` directories | |
//!
//! The messages of all four are in `crate::error`.

pub mod certs;
pub mod dcos;
pub mod marathon;
pub mod mesos;
