//! Guides for operators, for authors of agents and tools, and for users of another resolver.
//!
//! | reader | guide |
//! |---|---|
//! | an operator whose image is not pulled | [`operators`] |
//! | an author of an agent that pulls for many tasks | [`embedding`] |
//! | an author of a tool that runs as a user | [`tools`] |
//! | a user of `docker_credential`, or of code written by hand | [`migration`] |
//! | a reviewer of the promises about secrets | [`security`] |

/// Declares a guide, with the links to items that exist only with a feature. Without the feature
/// they lead to the list of features.
macro_rules! guide {
    ($file:literal, $name:ident) => {
        #[doc = include_str!($file)]
        #[cfg_attr(feature = "env", doc = include_str!("links/env.md"))]
        #[cfg_attr(not(feature = "env"), doc = include_str!("links/without_env.md"))]
        #[cfg_attr(feature = "helper", doc = include_str!("links/helper.md"))]
        #[cfg_attr(not(feature = "helper"), doc = include_str!("links/without_helper.md"))]
        pub mod $name {}
    };
}

guide!("operators.md", operators);
guide!("embedding.md", embedding);
guide!("tools.md", tools);
guide!("migration.md", migration);
guide!("security.md", security);
