//! What stands for functions and types of files that vanished meanwhile.

use super::super::summary::{Func, NONE, TypeDef, func_flag};

/// Stands for a function that is no longer there.
pub(super) static NO_FUNC: Func = Func {
    name: NONE,
    owner: NONE,
    module: NONE,
    ret: NONE,
    flags: func_flag::BODILESS,
    line: 0,
    end_line: 0,
    template: NONE,
    name_param: u16::MAX,
    arity: 0,
    frame: NONE,
};

/// Stands for a type that is no longer there.
pub(super) static NO_TYPE: TypeDef =
    TypeDef { name: NONE, module: NONE, is_trait: false, fields: Vec::new(), target: NONE };
