//! Rust, through syn: items, expressions and macro bodies become a [`Unit`].

mod closures;
mod control;
mod depth;
mod expand;
mod exprs;
mod items;
mod macros;
mod patterns;
mod tokens;
mod types;

use std::collections::HashMap;
use std::rc::Rc;

use super::builder::Builder;
use super::unit::{Pos, Sym, Val, ValId};
use super::{Language, Lowered, Unparsable};

/// Lowers a Rust source file.
pub(super) fn lower(text: &str) -> Result<Lowered, Unparsable> {
    depth::check(text)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let parsed = syn::parse_file(text);
    // proc-macro2 keeps every source it ever parsed in a thread-local; spans are read before this point only.
    let unit = match &parsed {
        Ok(file) => {
            let mut lower =
                Lower { b: Builder::new(Language::Rust), text: String::new(), macros: HashMap::new(), expanding: 0 };
            lower.file(file);
            let name = lower.b.intern("{closure}");
            closures::name_called(lower.b.unit_mut(), name);
            closures::bounds_of_impls(lower.b.unit_mut());
            let ends = text.bytes().filter(|byte| *byte == b'\n').count();
            let lines = ends + usize::from(!text.is_empty() && !text.ends_with('\n'));
            let lines = u32::try_from(lines).unwrap_or(u32::MAX);
            let unit = lower.b.finish(Pos { line: lines.max(1), column: 1 });
            Ok(Lowered { unit, functions: super::rust_complexity::measure(file), damage: Vec::new() })
        }
        Err(error) => Err(Unparsable { what: error.to_string(), line: u32::try_from(error.span().start().line).ok() }),
    };
    drop(parsed);
    proc_macro2::extra::invalidate_current_thread_spans();
    unit
}

/// The lowering in progress.
struct Lower {
    b: Builder,
    /// Room for the text of a name: identifiers are only given as texts of their own.
    text: String,
    /// The macros that the file has defined so far.
    macros: HashMap<String, Rc<expand::Arms>>,
    /// How many uses of macros are being expanded, one within the other.
    expanding: usize,
}

impl Lower {
    fn sym(&mut self, ident: &proc_macro2::Ident) -> Sym {
        use std::fmt::Write as _;
        self.text.clear();
        let _ = write!(self.text, "{ident}");
        self.b.intern(self.text.strip_prefix("r#").unwrap_or(&self.text))
    }

    fn same(&mut self, val: ValId) -> ValId {
        if val.is_some() { self.b.val(Val::Same(val)) } else { val }
    }
}

/// Where a token starts.
fn start(span: proc_macro2::Span) -> Pos {
    let at = span.start();
    Pos { line: at.line as u32, column: at.column as u32 + 1 }
}

/// Where a token ends.
fn end(span: proc_macro2::Span) -> Pos {
    let at = span.end();
    Pos { line: at.line as u32, column: at.column as u32 + 1 }
}
