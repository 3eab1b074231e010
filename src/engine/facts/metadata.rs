//! What `cargo metadata --no-deps` prints, as [`Crate`]s. Pure: `load` runs the command.

use std::path::Path;

use cargo_metadata::{DependencyKind as Kind, MetadataCommand, Package, TargetKind as Cargo};

use super::{Crate, Dependency, DependencyKind, Target, TargetKind, code_name};

/// Reads the output. Packages and targets outside of `root` are left out: they are no part of the repository.
pub fn parse(output: &str, root: &Path) -> Result<Vec<Crate>, String> {
    let metadata =
        MetadataCommand::parse(output).map_err(|e| format!("cargo metadata printed what we cannot read: {e}"))?;
    Ok(metadata.packages.iter().filter_map(|package| to_crate(package, root)).collect())
}

fn to_crate(package: &Package, root: &Path) -> Option<Crate> {
    let manifest = relative(package.manifest_path.as_std_path(), root)?;
    let targets = package.targets.iter().filter_map(|target| {
        Some(Target {
            kind: target.kind.iter().find_map(kind)?,
            name: code_name(&target.name),
            root: relative(target.src_path.as_std_path(), root)?,
        })
    });
    let declared = package.dependencies.iter().map(|d| Dependency {
        name: code_name(d.rename.as_deref().unwrap_or(&d.name)),
        package: d.name.clone(),
        kind: match d.kind {
            Kind::Development => DependencyKind::Dev,
            Kind::Build => DependencyKind::Build,
            _ => DependencyKind::Normal,
        },
        platform: d.target.as_ref().map(ToString::to_string),
        optional: d.optional,
        features: d.features.iter().cloned().collect(),
    });
    let crate_ = Crate {
        package: package.name.to_string(),
        dir: super::folder_of(&manifest).to_owned(),
        targets: targets.collect(),
        declared: declared.collect(),
        features: package.features.clone().into_iter().collect(),
        ..Crate::default()
    };
    Some(crate_.settle())
}

fn kind(kind: &Cargo) -> Option<TargetKind> {
    Some(match kind {
        Cargo::Bin => TargetKind::Bin,
        Cargo::Example => TargetKind::Example,
        Cargo::Test => TargetKind::Test,
        Cargo::Bench => TargetKind::Bench,
        Cargo::CustomBuild => TargetKind::Build,
        Cargo::Lib | Cargo::ProcMacro | Cargo::RLib | Cargo::DyLib | Cargo::CDyLib | Cargo::StaticLib => {
            TargetKind::Lib
        }
        _ => return None,
    })
}

/// A path relative to the root, with `/`; none outside of it.
fn relative(path: &Path, root: &Path) -> Option<String> {
    let parts = path.strip_prefix(root).ok()?.components().map(|c| c.as_os_str().to_str());
    parts.collect::<Option<Vec<_>>>().map(|parts| parts.join("/"))
}
