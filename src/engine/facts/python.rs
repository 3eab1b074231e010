//! What Python's manifests depend on, by the names that code imports.
//!
//! `pyproject.toml`, `Pipfile`, `setup.cfg` and requirement files in the folders above the files in question. Pure: texts
//! in, names out. Must not know which libraries anybody asks for.

use std::collections::BTreeSet;

use toml::{Table, Value};

/// Whether a file lists dependencies of Python, by its name.
pub(super) fn is_manifest(name: &str) -> bool {
    matches!(name, "pyproject.toml" | "Pipfile" | "setup.cfg") || is_requirements(name)
}

/// Folders that hold nothing but requirement files.
pub(super) const FOLDER: &str = "requirements";

fn is_requirements(name: &str) -> bool {
    name.strip_suffix(".txt").or_else(|| name.strip_suffix(".in")).is_some_and(|stem| stem.starts_with("requirements"))
}

/// The names that a manifest depends on. What cannot be read says nothing.
pub(super) fn names(path: &str, text: &str) -> BTreeSet<String> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let mut found = BTreeSet::new();
    let mut add = |requirement: &str| found.extend(modules(requirement));
    match name {
        "pyproject.toml" | "Pipfile" => {
            if let Ok(manifest) = toml::from_str::<Table>(text) {
                declared(&Value::Table(manifest), "", &mut add);
            }
        }
        "setup.cfg" => text.lines().filter(|line| line.starts_with([' ', '\t'])).for_each(|line| add(line.trim())),
        _ => text.lines().for_each(|line| add(line.trim())),
    }
    found
}

/// The requirements in all tables of dependencies, at whatever depth.
fn declared(value: &Value, key: &str, add: &mut impl FnMut(&str)) {
    let lists = key.ends_with("dependencies") || key.ends_with("packages") || key == "dependency-groups";
    match value {
        Value::Table(table) if lists => {
            for (name, inner) in table {
                // `sqlalchemy = "^2.0"`, or a group of requirements by its name.
                match inner {
                    Value::Array(group) => group.iter().filter_map(Value::as_str).for_each(&mut *add),
                    _ => add(name),
                }
            }
        }
        Value::Table(table) => table.iter().for_each(|(name, inner)| declared(inner, name, add)),
        Value::Array(items) if lists => items.iter().filter_map(Value::as_str).for_each(add),
        _ => {}
    }
}

/// The modules that a requirement (`psycopg2-binary>=2.9 ; python_version > "3.8"`) brings.
fn modules(requirement: &str) -> Vec<String> {
    let end = requirement.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.'));
    let name = requirement[..end.unwrap_or(requirement.len())].to_ascii_lowercase().replace(['-', '.'], "_");
    let module = match name.as_str() {
        name if !name.starts_with(|c: char| c.is_ascii_alphanumeric()) => return Vec::new(),
        "djangorestframework" => "rest_framework",
        "psycopg2_binary" => "psycopg2",
        "psycopg_binary" | "psycopg_c" => "psycopg",
        "mysqlclient" => "MySQLdb",
        "mysql_connector_python" => "mysql",
        "tortoise_orm" => "tortoise",
        "flask_appbuilder" => "sqlalchemy",
        other => other,
    };
    let base = match module {
        "flask_sqlalchemy" | "sqlmodel" => Some("sqlalchemy"),
        "rest_framework" => Some("django"),
        _ => None,
    };
    std::iter::once(module).chain(base).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::names;

    fn found(path: &str, text: &str) -> String {
        names(path, text).into_iter().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn requirements_are_known_by_the_modules_that_code_imports() {
        let text = "# what we need\nDjango==4.2\n-r base.txt\npsycopg2-binary>=2.9 ; python_version > '3.8'\n";
        assert_eq!(found("requirements.txt", text), "django psycopg2");
        assert_eq!(
            found("setup.cfg", "[options]\ninstall_requires =\n    flask-sqlalchemy>3\n"),
            "flask_sqlalchemy sqlalchemy"
        );
    }

    #[test]
    fn every_table_of_dependencies_counts() {
        let text = "[project]\nname = 'x'\ndependencies = ['sqlmodel>=0.1']\n[dependency-groups]\ndev = ['redis']\n\
                    [tool.poetry.dependencies]\nasyncpg = '^0.29'\n";
        assert_eq!(found("pyproject.toml", text), "asyncpg redis sqlalchemy sqlmodel");
        assert_eq!(found("app/Pipfile", "[packages]\ntortoise-orm = '*'\n"), "tortoise");
    }
}
