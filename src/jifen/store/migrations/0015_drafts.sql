-- Drafts of programmes, and everybody who wrote a version, so that none of them approves it.

-- What is being written of a programme's next version: the text of its files by their names, as JSON. base: the
-- newest version when it was begun. revision grows with every saving, so that nobody overwrites what was not seen.
CREATE TABLE programme_draft (
    program uuid NOT NULL,
    base integer NOT NULL,
    revision integer NOT NULL,
    files text NOT NULL,
    writers text[] NOT NULL,
    begun_at timestamptz NOT NULL,
    saved_by text NOT NULL,
    saved_at timestamptz NOT NULL,
    CONSTRAINT a_programme_has_one_draft PRIMARY KEY (program),
    CONSTRAINT a_draft_is_saved_by_a_writer CHECK (saved_by = ANY (writers)),
    CONSTRAINT a_draft_is_counted_from_one CHECK (revision >= 1 AND base >= 0)
);
ALTER TABLE programme_draft ADD CONSTRAINT a_draft_belongs_to_a_program
    FOREIGN KEY (program) REFERENCES program (id);

-- Who wrote a version beside the one who proposed it.
ALTER TABLE publication_proposal ADD COLUMN writers text[] NOT NULL DEFAULT '{}';
ALTER TABLE publication_proposal ADD CONSTRAINT no_writer_approves_a_proposal
    CHECK (state <> 'approved' OR NOT decided_by = ANY (writers));

-- What was added to a stock, once for each key of whoever added it.
CREATE TABLE stock_addition (
    program uuid NOT NULL,
    source text NOT NULL,
    key text NOT NULL,
    code text NOT NULL,
    count bigint NOT NULL,
    added_at timestamptz NOT NULL,
    CONSTRAINT stock_is_added_once_for_a_key PRIMARY KEY (program, source, key),
    CONSTRAINT something_is_added CHECK (count > 0)
);
ALTER TABLE stock_addition ADD CONSTRAINT stock_is_added_in_a_program FOREIGN KEY (program) REFERENCES program (id);
CREATE INDEX stock_addition_of_a_stock ON stock_addition (program, code, added_at);
