//! Dart, through tree-sitter: declarations, statements and expressions become a [`Unit`](super::unit::Unit).
//!
//! Fields and methods of `this` may be named bare; a getter is a field, too. What is cascaded is called on what the cascade
//! begins with.

pub(super) mod complexity;
mod control;
mod exprs;
mod items;
mod params;

use super::builder::Builder;
use super::tree::{self, Kid, Node, Source};
use super::unit::{BindId, Pos, Sym, Val, ValId};
use super::{Language, Lowered, Unparsable};

tree::kinds! {
    tree_sitter_dart::LANGUAGE;
    Import = "library_import", Export = "library_export", ImportSpec = "import_specification",
    ImportOrExport = "import_or_export", Part = "part_directive", PartOf = "part_of_directive", Uri = "uri", Combinator = "combinator", Class = "class_declaration",
    Mixin = "mixin_declaration", Enum = "enum_declaration", Extension = "extension_declaration",
    ExtensionType = "extension_type_declaration", ClassBody = "class_body", EnumBody = "enum_body",
    ExtensionBody = "extension_body", Member = "member_declaration", Declaration = "declaration",
    Method = "method_declaration", MethodSignature = "method_signature", FunctionSignature = "function_signature",
    GetterSignature = "getter_signature", SetterSignature = "setter_signature",
    OperatorSignature = "operator_signature", ConstructorSignature = "constructor_signature",
    FactorySignature = "factory_constructor_signature", ConstantConstructor = "constant_constructor_signature",
    Function = "function_declaration", Getter = "getter_declaration", Setter = "setter_declaration",
    LocalFunction = "local_function_declaration", FunctionBody = "function_body", TopLevel = "top_level_variable_declaration",
    InitializedList = "initialized_identifier_list", Initialized = "initialized_identifier",
    FinalList = "static_final_declaration_list", Final = "static_final_declaration", Alias = "type_alias",
    Superclass = "superclass", Mixins = "mixins", Interfaces = "interfaces", Type = "type",
    TypeIdentifier = "type_identifier", TypeArguments = "type_arguments", Parameters = "formal_parameter_list",
    OptionalParameters = "optional_formal_parameters", Parameter = "formal_parameter",
    FieldParameter = "field_formal_parameter", SuperParameter = "super_formal_parameter", Annotation = "annotation",
    Initializers = "initializers", FieldInitializer = "field_initializer", Block = "block",
    ExpressionStatement = "expression_statement", LocalVariable = "local_variable_declaration",
    InitializedVariable = "initialized_variable_declaration", PatternVariable = "pattern_variable_declaration",
    VariablePattern = "variable_pattern", For = "for_statement", While = "while_statement", Do = "do_statement",
    If = "if_statement", Switch = "switch_statement", SwitchExpression = "switch_expression",
    SwitchBlock = "switch_block", Case = "switch_statement_case", Default = "switch_statement_default",
    ExpressionCase = "switch_expression_case", Try = "try_statement", Finally = "finally_clause",
    Catch = "catch_clause", Return = "return_statement", Break = "break_statement", Continue = "continue_statement",
    Yield = "yield_statement", YieldEach = "yield_each_statement", Await = "await_expression", Unary = "unary_expression",
    Call = "call_expression", Arguments = "arguments", NamedArgument = "named_argument", Label = "label",
    Member2 = "member_expression", NullMember = "null_aware_member_expression", Index = "index_expression",
    NullIndex = "null_aware_index_expression", NonNull = "null_assertion_expression",
    Instantiation = "instantiation_expression", New = "new_expression", ConstObject = "const_object_expression",
    ConstructorInvocation = "constructor_invocation", Cascade = "cascade", CascadeSection = "cascade_section",
    CascadeCall = "cascade_call_expression", CascadeSelector = "cascade_selector", Identifier = "identifier",
    This = "this", Super = "super", FunctionExpression = "function_expression",
    FunctionExpressionBody = "function_expression_body", String = "string_literal",
    Substitution = "template_substitution", Escaped = "identifier_dollar_escaped", Int = "decimal_integer_literal",
    List = "list_literal", SetOrMap = "set_or_map_literal", MapElement = "map_element", Spread = "spread_element",
    IfElement = "if_element", ForElement = "for_element", Paren = "parenthesized_expression",
    Conditional = "conditional_expression", Assignment = "assignment_expression", Assignable = "assignable_expression",
    Postfix = "postfix_expression", Additive = "additive_expression", Equality = "equality_expression",
    IfNull = "if_null_expression", Cast = "type_cast_expression", And = "logical_and_expression",
    Or = "logical_or_expression", Assert = "assert_statement", Relational = "relational_expression",
}

tree::fields! {
    grammar();
    name, uri, alias, signature, body, parameters, return_type, r#type, value, condition, consequence, alternative, init,
    update, object, property, index, function, arguments, left, right, operator, constructor, class,
    default_value,
}

/// Lowers a Dart source file.
pub(super) fn lower(_path: &str, text: &str) -> Result<Lowered, Unparsable> {
    let tree = tree::parse(grammar(), text)?;
    let mut lower =
        Lower { b: Builder::new(Language::Dart), src: Source::new(text), members: Vec::new(), this: Vec::new() };
    lower.file(tree.tree.root_node());
    let functions = complexity::measure(tree.tree.root_node(), &mut lower.src);
    Ok(Lowered { unit: lower.b.finish(tree::end_of(text)), functions, damage: tree.damage })
}

/// The lowering in progress.
struct Lower<'t> {
    b: Builder,
    src: Source<'t>,
    /// Names of the fields and methods of the classes around, the innermost last.
    members: Vec<Vec<Sym>>,
    /// `this` of the methods around, the innermost last.
    this: Vec<BindId>,
}

impl<'t> Lower<'t> {
    fn text(&self, node: Node<'t>) -> &'t str {
        self.src.text(node)
    }

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

    /// The last named child.
    fn last(&mut self, node: Node<'t>) -> Option<Node<'t>> {
        let kids = self.src.kids(node);
        let last = self.src.listed(kids).last().map(|kid| kid.node);
        self.src.done(kids);
        last
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
}

/// A child in a field of a node.
fn child(node: Node<'_>, field: u16) -> Option<Node<'_>> {
    node.child_by_field_id(field)
}
