//! What a provider, a resource or a block looks like.
//!
//! Protocol: `Schema`, `Schema.Block`, `Schema.Attribute`, `Schema.NestedBlock`. What may be combined is core's
//! `InternalValidate`: see [`Block::problems`].
//!
//! Beyond what the protocol carries, attributes remember their default, whether a change replaces the resource and what
//! the members of their objects mean, so that documentation can be written from the schema alone.

use std::collections::BTreeMap;

use crate::{Member, Path, Type, Value};

/// The schema of a provider's configuration or of a resource. Protocol: `Schema`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schema {
    /// Stored beside every state; raise it when old states must be upgraded.
    pub version: i64,
    /// Attributes and blocks at the top.
    pub block: Block,
}

/// Attributes and blocks at one level. Protocol: `Schema.Block`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Block {
    /// In the order of documentation. The CLI has its own.
    pub attributes: Vec<Attribute>,
    /// Blocks inside. Their names and those of attributes share one space.
    pub blocks: Vec<NestedBlock>,
    /// Markdown.
    pub description: String,
    /// What to use instead. The CLI warns whoever uses the block.
    pub deprecation: Option<String>,
}

/// One attribute. Exactly one of required, optional, computed or optional+computed. Protocol: `Schema.Attribute`.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// Lower-case letters, digits and underscores.
    pub name: String,
    /// The CLI converts what is written to it, or refuses it.
    pub ty: Type,
    /// Markdown.
    pub description: String,
    /// The user must give it.
    pub required: bool,
    /// The user may give it.
    pub optional: bool,
    /// The provider may give it. Alone: the user must not.
    pub computed: bool,
    /// The CLI shows `(sensitive value)` in its place. It is in clear in plan and state files.
    pub sensitive: bool,
    /// Present in configuration only, never in plan or state.
    pub write_only: bool,
    /// What to use instead. The CLI warns whoever gives it.
    pub deprecation: Option<String>,
    /// Changing it replaces the resource.
    pub requires_replace: bool,
    /// Its value does not change while the resource lives: where a plan says "unknown", it stays what it was.
    pub use_state_for_unknown: bool,
    /// It identifies an element of a list of blocks, alone or with others. See [`Key`](crate::Key).
    pub key: bool,
    /// What it is when the configuration leaves it out.
    pub default: Option<Value>,
    /// The only values it takes, if they can be listed.
    pub one_of: Vec<String>,
    /// What the members of its objects mean, if it is made of such.
    pub members: Vec<Member>,
}

/// A block inside a block. Protocol: `Schema.NestedBlock`.
#[derive(Clone, Debug, PartialEq)]
pub struct NestedBlock {
    /// Lower-case letters, digits and underscores.
    pub name: String,
    /// What stands inside each.
    pub block: Block,
    /// How often it may stand, and what its values look like.
    pub nesting: Nesting,
    /// The least number of blocks. Of [`Nesting::Single`], 1 together with a `max` of 1 makes it required; of
    /// [`Nesting::Map`] and [`Nesting::Group`] it is 0.
    pub min: u32,
    /// Zero stands for no limit.
    pub max: u32,
}

/// How often a block may stand, and what tells its instances apart. Protocol: `Schema.NestedBlock.NestingMode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// At most once: `http { … }`. Null when absent.
    Single,
    /// In order; or, with key attributes in them, in any order: see [`Key`](crate::Key).
    List,
    /// By label: `route "shop/*" { … }`. The CLIs take only literals as labels, so nothing in one can come from a variable:
    /// a list with key attributes takes expressions.
    Map,
    /// Without order or name.
    Set,
    /// Once, and as if it stood there empty when it does not.
    Group,
}

impl Schema {
    /// A schema whose version is 0 as long as no state was written by an older one.
    pub fn new(version: i64, block: Block) -> Self {
        Self { version, block }
    }

    /// The type of its values: see [`Block::implied_type`].
    pub fn ty(&self) -> Type {
        self.block.implied_type()
    }
}

impl Block {
    /// An empty block. The description is Markdown.
    pub fn new(description: impl Into<String>) -> Self {
        Self { description: description.into(), ..Self::default() }
    }

    /// With one more attribute.
    pub fn with(mut self, attribute: Attribute) -> Self {
        self.attributes.push(attribute);
        self
    }

    /// With one more kind of block inside.
    pub fn with_block(mut self, block: NestedBlock) -> Self {
        self.blocks.push(block);
        self
    }

    /// With the members of another block beside its own.
    pub fn with_all(mut self, other: Self) -> Self {
        self.attributes.extend(other.attributes);
        self.blocks.extend(other.blocks);
        self
    }

    /// The attribute of this name, at this level.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }

    /// The blocks of this name, at this level.
    pub fn nested(&self, name: &str) -> Option<&NestedBlock> {
        self.blocks.iter().find(|block| block.name == name)
    }

    /// The type of the object that a block of this schema decodes to.
    pub fn implied_type(&self) -> Type {
        let attributes = self.attributes.iter().map(|attribute| (attribute.name.clone(), attribute.ty.clone()));
        let blocks = self.blocks.iter().map(|block| (block.name.clone(), block.implied_type()));
        Type::object(attributes.chain(blocks))
    }

    /// The object that an empty block decodes to: attributes null, collections of blocks empty.
    pub fn empty_value(&self) -> Value {
        let attributes = self.attributes.iter().map(|attribute| (attribute.name.clone(), Value::Null));
        let blocks = self.blocks.iter().map(|block| (block.name.clone(), block.empty_value()));
        Value::object(attributes.chain(blocks))
    }

    /// Whether the value at `path` must not be shown: the attribute there, or one around it, is sensitive or write-only.
    pub fn is_secret(&self, path: &Path) -> bool {
        let mut block = self;
        for step in path.steps() {
            // Labels and positions of blocks do not change which schema applies.
            let crate::PathStep::Attribute(name) = step else { continue };
            if let Some(attribute) = block.attribute(name) {
                return attribute.sensitive || attribute.write_only;
            }
            match block.nested(name) {
                Some(nested) => block = &nested.block,
                None => return false,
            }
        }
        false
    }

    /// Attributes marked `requires_replace` whose planned value is known and differs from the prior one. An unknown
    /// value is no reason to replace anything: the second plan, which knows it, decides.
    pub fn replacements(&self, prior: &Value, planned: &Value) -> Vec<Path> {
        let mut paths = Vec::new();
        if !prior.is_null() && !planned.is_null() {
            self.collect_replacements(prior, planned, &Path::root(), &mut paths);
        }
        paths
    }

    fn collect_replacements(&self, prior: &Value, planned: &Value, path: &Path, paths: &mut Vec<Path>) {
        for attribute in self.attributes.iter().filter(|attribute| attribute.requires_replace) {
            let (before, after) = (prior.get(&attribute.name), planned.get(&attribute.name));
            if after.is_wholly_known() && before != after {
                paths.push(path.attr(&attribute.name));
            }
        }
        for nested in &self.blocks {
            let path = path.attr(&nested.name);
            let (before, after) = (prior.get(&nested.name), planned.get(&nested.name));
            match nested.nesting {
                Nesting::Single | Nesting::Group => {
                    nested.block.collect_replacements(before, after, &path, paths);
                }
                Nesting::List => {
                    let before = before.as_elements().unwrap_or_default();
                    for (index, after) in after.as_elements().unwrap_or_default().iter().enumerate() {
                        let before = nested.counterpart(before, index, after);
                        if !before.is_null() {
                            nested.block.collect_replacements(before, after, &path.index(index), paths);
                        }
                    }
                }
                Nesting::Map => {
                    for (key, after) in after.as_members().into_iter().flatten() {
                        if let Some(before) = before.as_members().and_then(|members| members.get(key)) {
                            nested.block.collect_replacements(before, after, &path.key(key), paths);
                        }
                    }
                }
                // Elements of a set cannot be matched with what they were.
                Nesting::Set => {}
            }
        }
    }

    /// What the CLI would refuse about this schema. Empty for a good one. [`harness::check`](crate::harness::check) finds
    /// it in a test, and a debug build answers it with `GetProviderSchema`.
    ///
    /// Protocol source: core's `InternalValidate` (`internal/configs/configschema/internal_validate.go`).
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        self.collect_problems(false, &Path::root(), &mut problems);
        problems
    }

    /// Attributes that are write-only where nothing is written.
    pub(crate) fn write_only_problems(&self) -> Vec<String> {
        self.wrong(|attribute| attribute.write_only, "only resources and actions have write-only attributes")
    }

    /// Attributes that are computed where nothing is answered.
    pub(crate) fn computed_problems(&self) -> Vec<String> {
        self.wrong(|attribute| attribute.computed, "nothing is computed here: it must be required or optional")
    }

    fn wrong(&self, is_wrong: fn(&Attribute) -> bool, problem: &str) -> Vec<String> {
        let own = self.attributes.iter().filter(|attribute| is_wrong(attribute));
        let own = own.map(|attribute| format!("{}: {problem}", attribute.name));
        let nested = self.blocks.iter().flat_map(|nested| {
            nested.block.wrong(is_wrong, problem).into_iter().map(|text| format!("{}.{text}", nested.name))
        });
        own.chain(nested).collect()
    }

    /// `keyed`: whether the block is an element of a repeated block, where key attributes are allowed.
    fn collect_problems(&self, keyed: bool, path: &Path, problems: &mut Vec<String>) {
        let mut seen = BTreeMap::new();
        let names = self.attributes.iter().map(|attribute| &attribute.name);
        for name in names.chain(self.blocks.iter().map(|block| &block.name)) {
            let path = path.attr(name);
            let valid = name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
                && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
            if !valid {
                problems.push(format!("{path}: a name has lower-case letters, digits and underscores only"));
            }
            if seen.insert(name, ()).is_some() {
                problems.push(format!("{path}: two things of one name"));
            }
        }
        for attribute in &self.attributes {
            let path = path.attr(&attribute.name);
            if attribute.required == (attribute.optional || attribute.computed) {
                problems.push(format!("{path}: must be required, or else optional, computed or both"));
            }
            if attribute.write_only && attribute.computed {
                problems.push(format!("{path}: a write-only attribute cannot be computed"));
            }
            if attribute.write_only && attribute.requires_replace {
                problems
                    .push(format!("{path}: nobody remembers what a write-only attribute was, so no change is seen"));
            }
            if attribute.use_state_for_unknown && !attribute.computed {
                problems.push(format!("{path}: only a computed attribute can be unknown and keep its value"));
            }
            if attribute.key && !attribute.required && attribute.default.is_none() {
                problems.push(format!("{path}: a key attribute must be required or have a default"));
            }
            if attribute.key && (attribute.sensitive || attribute.write_only) {
                problems.push(format!("{path}: messages show key attributes, so they cannot be sensitive"));
            }
            if attribute.key && !keyed {
                problems.push(format!("{path}: only blocks of a list are identified by key attributes"));
            }
            if attribute.default.is_some() && !(attribute.optional && attribute.computed) {
                problems.push(format!("{path}: an attribute with a default must be optional and computed"));
            }
        }
        for nested in &self.blocks {
            let path = path.attr(&nested.name);
            let bounds = match nested.nesting {
                Nesting::Single => nested.min == nested.max && nested.max <= 1,
                Nesting::Group | Nesting::Map => nested.min == 0 && nested.max == 0,
                Nesting::List | Nesting::Set => nested.max == 0 || nested.min <= nested.max,
            };
            if !bounds {
                problems.push(format!("{path}: the bounds do not fit the nesting"));
            }
            if !matches!(nested.nesting, Nesting::Single | Nesting::Group) && nested.block.implied_type().has_dynamic()
            {
                problems.push(format!("{path}: attributes of any type cannot stand in repeated blocks"));
            }
            nested.block.collect_problems(nested.nesting == Nesting::List, &path, problems);
        }
    }
}

impl Attribute {
    /// An attribute of which nobody says yet who gives its value: that takes [`Self::required`], [`Self::optional`] or
    /// [`Self::computed`].
    pub fn new(name: impl Into<String>, ty: Type) -> Self {
        Self {
            name: name.into(),
            ty,
            description: String::new(),
            required: false,
            optional: false,
            computed: false,
            sensitive: false,
            write_only: false,
            deprecation: None,
            requires_replace: false,
            use_state_for_unknown: false,
            key: false,
            default: None,
            one_of: Vec::new(),
            members: Vec::new(),
        }
    }

    /// What it is, its unit, its default, and what changing it does, in Markdown. Registries and editors show it.
    pub fn description(mut self, markdown: impl Into<String>) -> Self {
        self.description = markdown.into();
        self
    }

    /// The user must give it. Excludes optional and computed.
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// The user may give it. With [`Self::computed`], the provider does where the user does not.
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// The provider gives it, and the plan may leave it unknown.
    pub fn computed(mut self) -> Self {
        self.computed = true;
        self
    }

    /// Kept out of what the CLI prints, though not out of the state: for that there is [`Self::write_only`].
    pub fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    /// Given with every apply and kept nowhere: it is null in plans and states, and stands in [`ApplyRequest::config`]
    /// alone. Only resources and actions have such, and it cannot be computed. Terraform and OpenTofu from 1.11.
    ///
    /// [`ApplyRequest::config`]: crate::ApplyRequest::config
    pub fn write_only(mut self) -> Self {
        self.write_only = true;
        self
    }

    /// Warns whoever gives it. The message says what to use instead.
    pub fn deprecated(mut self, message: impl Into<String>) -> Self {
        self.deprecation = Some(message.into());
        self
    }

    /// `RequiresReplace` of terraform-plugin-framework: a change asks for another object in place of this one. Protocol:
    /// `PlanResourceChange.Response.requires_replace`; which changes count, [`Block::replacements`] says.
    pub fn requires_replace(mut self) -> Self {
        self.requires_replace = true;
        self
    }

    /// `UseNonNullStateForUnknown` of terraform-plugin-framework: a value that was null may still be filled in.
    pub fn use_state_for_unknown(mut self) -> Self {
        self.use_state_for_unknown = true;
        self
    }

    /// Makes it a part of what identifies a block among the others of its list. Their order then means nothing, and a key
    /// that occurs twice is an error. It must be required or have a default. See [`Key`](crate::Key).
    pub fn key(mut self) -> Self {
        self.key = true;
        self
    }

    /// `Default` of terraform-plugin-framework: the value where the configuration has null. Makes the attribute optional
    /// and computed, since only such may be filled in by a provider ([`checks::plan_valid`](crate::checks::plan_valid)).
    pub fn default_value(mut self, value: Value) -> Self {
        self.default = Some(value);
        self.optional().computed()
    }

    /// The values that documentation lists. A validator has to check them: the derive macro's `one_of` does both.
    pub fn one_of<S: Into<String>>(mut self, values: impl IntoIterator<Item = S>) -> Self {
        self.one_of = values.into_iter().map(Into::into).collect();
        self
    }

    /// What the members of its objects mean, for documentation.
    pub fn members(mut self, members: Vec<Member>) -> Self {
        self.members = members;
        self
    }
}

impl NestedBlock {
    /// Blocks without bounds: any number of them, or for [`Nesting::Single`] none or one.
    pub fn new(name: impl Into<String>, nesting: Nesting, block: Block) -> Self {
        Self { name: name.into(), block, nesting, min: 0, max: 0 }
    }

    /// At least `min` and at most `max`; a `max` of 0 is no limit. The CLI holds users to it, except while it is unknown
    /// how many there are. What fits which nesting: [`Self::min`].
    pub fn bounds(mut self, min: u32, max: u32) -> Self {
        self.min = min;
        self.max = max;
        self
    }

    /// An object, or a list, set or map of such, as the nesting says.
    pub fn implied_type(&self) -> Type {
        let object = self.block.implied_type();
        match self.nesting {
            Nesting::Single | Nesting::Group => object,
            Nesting::List => Type::list(object),
            Nesting::Map => Type::map(object),
            Nesting::Set => Type::set(object),
        }
    }

    /// Which of `elements` became, or was, the block `like` at `index`: the one of the same key, or without key attributes the
    /// one at the same position. Null if there is none.
    pub(crate) fn counterpart<'a>(&self, elements: &'a [Value], index: usize, like: &Value) -> &'a Value {
        if self.block.has_key() {
            self.block.counterpart(elements, like)
        } else {
            elements.get(index).unwrap_or(&Value::Null)
        }
    }

    /// What the absence of the block decodes to.
    pub fn empty_value(&self) -> Value {
        match self.nesting {
            Nesting::Single => Value::Null,
            Nesting::Group => self.block.empty_value(),
            Nesting::List => Value::List(Vec::new()),
            Nesting::Map => Value::Map(BTreeMap::new()),
            Nesting::Set => Value::Set(Vec::new()),
        }
    }
}
