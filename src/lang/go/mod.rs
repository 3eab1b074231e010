//! Go, through tree-sitter: declarations, statements and expressions become a [`Unit`](super::unit::Unit).
//!
//! A method stands in a class context named by its receiver's type. `go f()` and `defer f()` hand a closure to a plain call
//! of that name; channels are plain calls `chan::send` (`chan::offer` in a `select`) and `chan::recv`; `append` is a method of what it adds to.

mod control;
mod exprs;
mod items;
mod statements;
mod types;

use super::builder::Builder;
use super::go_complexity;
use super::tree::{self, Kid, Node, Source};
use super::unit::{Pos, Sym, TyId, Val, ValId};
use super::{Language, Lowered, Unparsable};

tree::kinds! {
    tree_sitter_go::LANGUAGE;
    Import = "import_declaration", ImportSpec = "import_spec", ImportList = "import_spec_list", Dot = "dot",
    Blank = "blank_identifier", Function = "function_declaration", Method = "method_declaration",
    TypeDecl = "type_declaration", TypeSpec = "type_spec", TypeAlias = "type_alias", Var = "var_declaration",
    VarSpec = "var_spec", VarList = "var_spec_list", Const = "const_declaration", ConstSpec = "const_spec",
    Parameter = "parameter_declaration", Variadic = "variadic_parameter_declaration",
    Parameters = "parameter_list", TypeParameter = "type_parameter_declaration",
    TypeIdentifier = "type_identifier", QualifiedType = "qualified_type", PointerType = "pointer_type",
    GenericType = "generic_type", SliceType = "slice_type", ArrayType = "array_type",
    ImplicitArray = "implicit_length_array_type", MapType = "map_type", ChannelType = "channel_type",
    FunctionType = "function_type", StructType = "struct_type", InterfaceType = "interface_type",
    ParenType = "parenthesized_type", NegatedType = "negated_type", TypeElem = "type_elem",
    TypeConstraint = "type_constraint", FieldList = "field_declaration_list", Field = "field_declaration",
    MethodElem = "method_elem", Block = "block", StatementList = "statement_list",
    ExpressionStatement = "expression_statement", Send = "send_statement", Receive = "receive_statement",
    Increment = "inc_statement", Decrement = "dec_statement", Assignment = "assignment_statement",
    ShortVar = "short_var_declaration", Labeled = "labeled_statement", Break = "break_statement",
    Continue = "continue_statement", Goto = "goto_statement", Return = "return_statement", Go = "go_statement",
    Defer = "defer_statement", If = "if_statement", For = "for_statement", ForClause = "for_clause",
    RangeClause = "range_clause", Switch = "expression_switch_statement", Case = "expression_case",
    Default = "default_case", TypeSwitch = "type_switch_statement", TypeCase = "type_case",
    Select = "select_statement", Communication = "communication_case", ExpressionList = "expression_list",
    Paren = "parenthesized_expression", Call = "call_expression", Arguments = "argument_list",
    VariadicArgument = "variadic_argument", Selector = "selector_expression", Index = "index_expression",
    Slice = "slice_expression", Assertion = "type_assertion_expression",
    Conversion = "type_conversion_expression", Instantiation = "type_instantiation_expression",
    Composite = "composite_literal", LiteralValue = "literal_value", LiteralElement = "literal_element",
    KeyedElement = "keyed_element", FuncLiteral = "func_literal", Unary = "unary_expression",
    Binary = "binary_expression", Identifier = "identifier", RawString = "raw_string_literal",
    String = "interpreted_string_literal", Int = "int_literal", Label = "label_name", AndAnd = "&&", OrOr = "||",
}

tree::fields! {
    grammar();
    name, path, receiver, parameters, result, body, r#type, value, type_parameters, element, length, key, package, left,
    right, operator, operand, field, index, function, arguments, channel, label, initializer, condition, consequence,
    alternative, update, alias, communication, type_arguments, tag,
}

/// Lowers a Go source file.
pub(super) fn lower(path: &str, text: &str) -> Result<Lowered, Unparsable> {
    let tree = tree::parse(grammar(), text)?;
    let mut lower = Lower {
        b: Builder::new(Language::Go),
        src: Source::new(text),
        label: Sym::NONE,
        results: Vec::new(),
        implements: Vec::new(),
        test: path.ends_with("_test.go"),
        for_tests: false,
        built: String::new(),
    };
    lower.file(tree.tree.root_node());
    let functions = go_complexity::measure(tree.tree.root_node(), &mut lower.src);
    Ok(Lowered { unit: lower.b.finish(tree::end_of(text)), functions, damage: tree.damage })
}

/// A type that a function's body shows to implement an interface: `func New() Store { return &store{} }`.
struct Implements {
    class: Sym,
    interface: TyId,
}

/// The lowering in progress.
struct Lower<'t> {
    b: Builder,
    src: Source<'t>,
    /// The label of the statement that comes next.
    label: Sym,
    /// Types that the functions around return with, the innermost last.
    results: Vec<Vec<TyId>>,
    implements: Vec<Implements>,
    test: bool,
    /// Whether the file imports the test runner: its functions help tests, whatever it is called.
    for_tests: bool,
    /// Room for the text of a path.
    built: String,
}

impl<'t> Lower<'t> {
    fn text(&self, node: Node<'t>) -> &'t str {
        self.src.text(node)
    }

    /// The name that a node is; none for `_`.
    fn sym(&mut self, node: Node<'t>) -> Sym {
        match self.src.text(node) {
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

    /// The first named child.
    fn first(&mut self, node: Node<'t>) -> Option<Node<'t>> {
        let kids = self.src.kids(node);
        let first = self.src.listed(kids).first().map(|kid| kid.node);
        self.src.done(kids);
        first
    }

    fn same(&mut self, value: ValId) -> ValId {
        self.derived(value, Val::Same)
    }

    fn derived(&mut self, value: ValId, make: impl FnOnce(ValId) -> Val) -> ValId {
        if value.is_some() { self.b.val(make(value)) } else { value }
    }

    /// Source text of a loop's head, for messages.
    fn quoted(&mut self, node: Node<'t>) -> Sym {
        let short = tree::shortened(self.src.text(node));
        self.b.intern(&short)
    }

    /// A path of two names.
    fn joined(&mut self, first: &str, last: &str) -> Sym {
        self.built.clear();
        self.built.push_str(first);
        self.built.push_str("::");
        self.built.push_str(last);
        self.b.intern(&self.built)
    }
}

/// A child in a field of a node.
fn child(node: Node<'_>, field: u16) -> Option<Node<'_>> {
    node.child_by_field_id(field)
}
