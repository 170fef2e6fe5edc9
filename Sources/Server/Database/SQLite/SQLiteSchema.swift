import GRDB

/// The tables, as they came to be: a migration that was once released is never changed.
enum SQLiteSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("items and events") { database in
            try database.execute(sql: items)
            try database.execute(sql: events)
        }
        return migrator
    }

    /// The newest state of every item that was ever changed; a removed one stays, so that its removal has a revision.
    private static let items = """
        CREATE TABLE item (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            revision INTEGER NOT NULL UNIQUE,
            hasContent INTEGER NOT NULL,
            title TEXT,
            picture TEXT,
            tags TEXT, -- a list in JSON; NULL: as the dataset has them
            isHidden INTEGER NOT NULL,
            isRemoved INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX itemByPicture ON item (picture) WHERE picture IS NOT NULL;

        CREATE TABLE state (
            item INTEGER NOT NULL REFERENCES item (number),
            place INTEGER NOT NULL,
            modality TEXT NOT NULL,
            encoder TEXT NOT NULL,
            numbers BLOB,
            PRIMARY KEY (item, place)
        ) STRICT;
        """

    /// Users and what they did.
    ///
    /// Rows are appended, and emptied where they are when a user is erased. SQLite overwrites what is deleted (`secure_delete`), but
    /// leaves copies behind where it moves rows between the pages of a tree: rows that never move have none. Indexes, whose entries do
    /// move, hold digests in place of the names of users and the keys of events.
    private static let events = """
        CREATE TABLE user (
            number INTEGER PRIMARY KEY,
            id TEXT, -- NULL: erased
            digest BLOB UNIQUE
        ) STRICT;

        CREATE TABLE event (
            place INTEGER PRIMARY KEY,
            user INTEGER, -- NULL: erased
            time INTEGER NOT NULL,
            item TEXT NOT NULL,
            kind TEXT NOT NULL,
            key TEXT,
            digest BLOB NOT NULL -- of the key; empty without one
        ) STRICT;
        CREATE UNIQUE INDEX eventByUser ON event (user, time, item, kind, digest) WHERE user IS NOT NULL;
        CREATE UNIQUE INDEX eventByKey ON event (digest) WHERE digest <> x'';

        CREATE TABLE total (
            items INTEGER NOT NULL,
            events INTEGER NOT NULL,
            users INTEGER NOT NULL
        ) STRICT;
        INSERT INTO total VALUES (0, 0, 0);
        """
}
