//! Swift, through tree-sitter: declarations, statements and expressions become a [`Unit`](super::unit::Unit).
//!
//! Members of `self` may be named bare, also in an extension, which may stand in another file than its type. An optional
//! is what it holds; a future of `SwiftNIO` holds what it will give. A closure that awaits, or that a task is made of, is
//! asynchronous, and so is one that the main queue runs: whatever blocks there blocks everybody.

mod calls;
mod closures;
pub(super) mod complexity;
mod control;
mod exprs;
mod items;
mod members;
mod patterns;
mod types;

use super::builder::Builder;
use super::tree::{self, Kid, Node, Source};
use super::unit::{BindId, CtxId, Pos, Sym, Val, ValId};
use super::{Language, Lowered, Unparsable};
use foldhash::{HashMap, HashMapExt, HashSet};

tree::kinds! {
    tree_sitter_swift::LANGUAGE;
    Import = "import_declaration", Identifier = "identifier", Class = "class_declaration",
    Protocol = "protocol_declaration", ClassBody = "class_body", EnumBody = "enum_class_body",
    ProtocolBody = "protocol_body", Function = "function_declaration", Init = "init_declaration",
    Deinit = "deinit_declaration", Subscript = "subscript_declaration", ProtocolFunction = "protocol_function_declaration",
    Property = "property_declaration", ProtocolProperty = "protocol_property_declaration", Alias = "typealias_declaration",
    AssociatedType = "associatedtype_declaration", EnumEntry = "enum_entry", Inheritance = "inheritance_specifier",
    Modifiers = "modifiers", Attribute = "attribute", Parameter = "parameter", FunctionBody = "function_body",
    Computed = "computed_property", Getter = "computed_getter", Setter = "computed_setter", Modify = "computed_modify",
    GetterSpecifier = "getter_specifier", Observers = "willset_didset_block", DidSet = "didset_clause", WillSet = "willset_clause",
    TypeAnnotation = "type_annotation", UserType = "user_type", TypeIdentifier = "type_identifier",
    TypeArguments = "type_arguments", ArrayType = "array_type", DictionaryType = "dictionary_type",
    OptionalType = "optional_type", TupleType = "tuple_type", TupleTypeItem = "tuple_type_item",
    FunctionType = "function_type", ExistentialType = "existential_type", OpaqueType = "opaque_type",
    Composition = "protocol_composition_type", Metatype = "metatype", BracketedType = "bracket_qualified_type",
    TypeParameters = "type_parameters", TypeParameter = "type_parameter", TypeConstraints = "type_constraints",
    TypeConstraint = "type_constraint", InheritanceConstraint = "inheritance_constraint",
    Statements = "statements", Label = "statement_label", Pattern = "pattern", SwitchPattern = "switch_pattern",
    BindingPattern = "value_binding_pattern", Wildcard = "wildcard_pattern", If = "if_statement", Guard = "guard_statement",
    For = "for_statement", While = "while_statement", Repeat = "repeat_while_statement", Do = "do_statement",
    Catch = "catch_block", Switch = "switch_statement", Entry = "switch_entry", Where = "where_clause",
    WhereKeyword = "where_keyword", Transfer = "control_transfer_statement", Else = "else", Assignment = "assignment",
    Assignable = "directly_assignable_expression", Available = "availability_condition", Directive = "directive",
    Name = "simple_identifier", SelfExpression = "self_expression", SuperExpression = "super_expression",
    Call = "call_expression", CallSuffix = "call_suffix", Arguments = "value_arguments", Argument = "value_argument",
    ArgumentLabel = "value_argument_label", Lambda = "lambda_literal", LambdaType = "lambda_function_type",
    LambdaParameters = "lambda_function_type_parameters", LambdaParameter = "lambda_parameter", Captures = "capture_list",
    Construct = "constructor_expression", ConstructSuffix = "constructor_suffix", Navigation = "navigation_expression",
    NavigationSuffix = "navigation_suffix", Prefix = "prefix_expression", Postfix = "postfix_expression",
    Try = "try_expression", TryOperator = "try_operator", Await = "await_expression", Cast = "as_expression",
    CastOperator = "as_operator", Check = "check_expression", Ternary = "ternary_expression",
    NilCoalescing = "nil_coalescing_expression", Additive = "additive_expression", Equality = "equality_expression",
    Multiplicative = "multiplicative_expression", Comparison = "comparison_expression",
    Conjunction = "conjunction_expression", Disjunction = "disjunction_expression", Bitwise = "bitwise_operation",
    Infix = "infix_expression", Range = "range_expression", Tuple = "tuple_expression", Array = "array_literal",
    Dictionary = "dictionary_literal", Int = "integer_literal", LineString = "line_string_literal",
    MultiLineString = "multi_line_string_literal", RawString = "raw_string_literal", LineText = "line_str_text",
    MultiLineText = "multi_line_str_text", EscapedChar = "str_escaped_char", RawPart = "raw_str_part",
    RawEnd = "raw_str_end_part", RawInterpolation = "raw_str_interpolation", Interpolation = "interpolated_expression",
    Special = "special_literal", KeyPath = "key_path_expression", KeyPathString = "key_path_string_expression",
    Selector = "selector_expression", Macro = "macro_invocation", MacroDeclaration = "macro_declaration",
}

tree::fields! {
    grammar();
    name, body, condition, bound_identifier, collection, item, value, target, suffix, result, operator, lhs, rhs, expr,
    if_true, if_false, if_nil, declaration_kind, inherits_from, computed_value, default_value, r#type,
    key, start, end, constructed_type, error, element, operation,
}

/// Lowers a Swift source file.
pub(super) fn lower(_path: &str, text: &str) -> Result<Lowered, Unparsable> {
    let tree = tree::parse(grammar(), text)?;
    let mut lower = Lower {
        b: Builder::new(Language::Swift),
        src: Source::new(text),
        known: HashMap::new(),
        globals: HashSet::default(),
        classes: Vec::new(),
        closures: Vec::new(),
    };
    lower.file(tree.tree.root_node());
    let functions = complexity::measure(tree.tree.root_node(), &mut lower.src);
    Ok(Lowered { unit: lower.b.finish(tree::end_of(text)), functions, damage: tree.damage })
}

/// What a file says of a type: the names of its members, whether written in the type or in an extension of it.
#[derive(Debug, Default)]
struct Members {
    fields: HashSet<Sym>,
    methods: HashSet<Sym>,
}

/// A type that is being lowered.
#[derive(Debug)]
struct Class {
    name: Sym,
    /// Whether other files may declare members of it: it is extended here, or has something above it.
    open: bool,
    /// `self` of the method that is being lowered.
    this: Option<BindId>,
}

/// A closure that is being lowered.
#[derive(Debug, Clone, Copy)]
struct Closure {
    ctx: CtxId,
    /// How many contexts are open in it.
    depth: usize,
}

/// The lowering in progress.
struct Lower<'t> {
    b: Builder,
    src: Source<'t>,
    /// Members of each type of the file.
    known: HashMap<Sym, Members>,
    /// Functions and variables outside of every type.
    globals: HashSet<Sym>,
    classes: Vec<Class>,
    closures: Vec<Closure>,
}

impl<'t> Lower<'t> {
    fn text(&self, node: Node<'t>) -> &'t str {
        self.src.text(node)
    }

    /// The name that a node is, without backticks; none for `_`.
    fn sym(&mut self, node: Node<'t>) -> Sym {
        match self.src.text(node).trim_matches('`') {
            "_" | "" => Sym::NONE,
            text => self.b.intern(text),
        }
    }

    fn start(&self, node: Node<'t>) -> Pos {
        self.src.start(node)
    }

    fn end(&self, node: Node<'t>) -> Pos {
        self.src.end(node)
    }

    /// Does something with each named child.
    fn each(&mut self, node: Node<'t>, mut work: impl FnMut(&mut Self, Kid<'t>)) {
        let kids = self.src.kids(node);
        for at in kids.places() {
            let kid = self.src.kid(at);
            work(self, kid);
        }
        self.src.done(kids);
    }

    /// Does something with each child, keywords and punctuation too.
    fn every(&mut self, node: Node<'t>, mut work: impl FnMut(&mut Self, Kid<'t>)) {
        let kids = self.src.all_kids(node);
        for at in kids.places() {
            let kid = self.src.kid(at);
            work(self, kid);
        }
        self.src.done(kids);
    }

    /// The first named child of a kind.
    fn find(&mut self, node: Node<'t>, wanted: Kind) -> Option<Node<'t>> {
        let kids = self.src.kids(node);
        let found = self.src.listed(kids).iter().map(|kid| kid.node).find(|kid| kind(*kid) == wanted);
        self.src.done(kids);
        found
    }

    /// The first named child.
    fn first(&mut self, node: Node<'t>) -> Option<Node<'t>> {
        let kids = self.src.kids(node);
        let first = self.src.listed(kids).first().map(|kid| kid.node);
        self.src.done(kids);
        first
    }

    /// Whether a keyword or sign stands among the children of a node.
    fn has_token(&mut self, node: Node<'t>, token: &str) -> bool {
        let kids = self.src.all_kids(node);
        let found = self.src.listed(kids).iter().any(|kid| !kid.node.is_named() && kid.node.kind() == token);
        self.src.done(kids);
        found
    }

    fn same(&mut self, value: ValId) -> ValId {
        self.derived(value, Val::Same)
    }

    fn derived(&mut self, value: ValId, make: impl FnOnce(ValId) -> Val) -> ValId {
        if value.is_some() { self.b.val(make(value)) } else { value }
    }

    /// Source text of a loop's head, for messages.
    fn quoted(&mut self, text: &str) -> Sym {
        let short = tree::shortened(text);
        self.b.intern(&short)
    }
}

/// A child in a field of a node.
fn child(node: Node<'_>, field: u16) -> Option<Node<'_>> {
    node.child_by_field_id(field)
}
