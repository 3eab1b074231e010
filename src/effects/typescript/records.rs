//! What is known of stored objects and databases by their names, where nothing says of which library they are: scripts write
//! few types, and hand their database around in one object.

use crate::effects::table::{Group, group};
use crate::effects::{Effect, On};
use crate::model::severity::Confidence::{Low, Medium};

/// The rows.
pub(super) const GROUPS: &[Group] = &[
    // A cursor is read to its end.
    group(On::After(&["find", "aggregate", "listCollections"], &[]), Effect::Query, Medium, &["toArray"]),
    group(On::Active(ACTIVE_LIBRARIES), Effect::Query, Medium, RECORD),
    group(On::ClassNamed(ACTIVE_LIBRARIES), Effect::Query, Medium, CLASS),
    group(
        On::Stored(&["npm:sequelize", "npm:mongoose", "sequelize", "mongoose"]),
        Effect::Query,
        Medium,
        &["create", "bulkCreate"],
    ),
    group(On::Association(&["sequelize", "npm:sequelize"]), Effect::Query, Low, ASSOCIATED),
    group(
        On::Distinctive(&["sequelize-typescript", "npm:sequelize-typescript"]),
        Effect::Query,
        Medium,
        &["$get", "$count", "$create", "$add", "$set", "$remove", "$has"],
    ),
    group(On::Database(&["db", "database", "couch", "couchdb", "pouch", "pouchdb"]), Effect::Query, Medium, DATABASE),
];

/// Libraries whose stored objects save themselves, imported or depended on.
const ACTIVE_LIBRARIES: &[&str] = &[
    "sequelize",
    "sequelize-typescript",
    "mongoose",
    "typeorm",
    "objection",
    "bookshelf",
    "waterline",
    "npm:sequelize",
    "npm:sequelize-typescript",
    "npm:mongoose",
    "npm:typeorm",
    "npm:objection",
    "npm:bookshelf",
    "npm:waterline",
    "npm:sails",
];

/// Methods of such an object.
const RECORD: &[&str] =
    &["save", "destroy", "reload", "update", "remove", "deleteOne", "updateOne", "increment", "decrement", "restore"];

/// What Sequelize gives to the objects of classes that belong to one another: `order.getCustomer()`.
const ASSOCIATED: &[&str] = &["get*", "set*", "add*", "remove*", "create*", "count*", "has*"];

/// Methods of such a class.
const CLASS: &[&str] = &[
    "create",
    "bulkCreate",
    "find",
    "findAll",
    "findOrCreate",
    "update",
    "upsert",
    "destroy",
    "delete",
    "remove",
    "count",
    "insert",
    "insertMany",
    "aggregate",
    "distinct",
    "exists",
];

/// What is asked of a database itself, or of a part of it.
const DATABASE: &[&str] = &[
    "query*",
    "exec*",
    "run",
    "all",
    "get*",
    "put*",
    "post",
    "find*",
    "fetch*",
    "insert*",
    "update*",
    "upsert*",
    "remove*",
    "delete*",
    "count*",
    "save*",
    "create*",
    "add*",
    "set*",
    "list*",
    "load*",
    "store*",
    "bulk*",
    "allDocs",
    "aggregate",
    "distinct",
    "exists",
    "one*",
    "none",
    "many*",
    "any",
    "sorted*",
    "incr*",
    "is*",
    "has*",
    "mark*",
    "select*",
];

/// The same of a class that makes its objects without asking anybody.
pub(super) const ENTITY: &[&str] = &[
    "find",
    "findOne",
    "findOneBy",
    "findOneOrFail",
    "findById",
    "findByPk",
    "findAll",
    "findAndCount",
    "findAndCountAll",
    "findOrCreate",
    "findBy",
    "findByIdAndUpdate",
    "findByIdAndDelete",
    "findOneAndUpdate",
    "findOneAndDelete",
    "findCreateFind",
    "bulkCreate",
    "insertMany",
    "update",
    "updateOne",
    "updateMany",
    "upsert",
    "destroy",
    "delete",
    "deleteOne",
    "deleteMany",
    "count",
    "countDocuments",
    "exists",
    "aggregate",
    "distinct",
    "save",
    "remove",
    "reload",
    "increment",
    "decrement",
    "restore",
    "insert",
    "sum",
    "max",
    "min",
    "softRemove",
    "populate",
];
