-- Watching the books: figures of each day, proofs that were asked for, and corrections that wait for a second person.

-- What moved on a day of the programme's zone, by when it was recorded: the sums of all legs, by what they are of.
-- merchant: for points that were spent or given away who took them, else who issued them. Filled from the entries,
-- and filled again from them at any time.
CREATE TABLE daily_figure (
    program uuid NOT NULL,
    day date NOT NULL,
    unit text NOT NULL,
    merchant uuid NOT NULL,
    account account NOT NULL,
    offset_points bigint NOT NULL,
    offset_fen bigint NOT NULL,
    points bigint NOT NULL,
    legs bigint NOT NULL,
    CONSTRAINT daily_figure_key PRIMARY KEY (program, day, unit, merchant, account, offset_points, offset_fen),
    CONSTRAINT a_figure_is_of_some_legs CHECK (legs > 0)
);

-- Which days were counted, and how many entries each had; days without any are here too.
CREATE TABLE daily_count (
    program uuid NOT NULL,
    day date NOT NULL,
    entries bigint NOT NULL,
    CONSTRAINT daily_count_key PRIMARY KEY (program, day),
    CONSTRAINT a_day_has_no_fewer_entries_than_none CHECK (entries >= 0)
);
ALTER TABLE daily_count ADD CONSTRAINT a_counted_day_belongs_to_a_program FOREIGN KEY (program) REFERENCES program (id);
ALTER TABLE daily_figure ADD CONSTRAINT a_figure_is_of_a_counted_day
    FOREIGN KEY (program, day) REFERENCES daily_count (program, day);

-- Entries of a stretch of time: a range of pages, since entries are only ever added at the end.
CREATE INDEX entry_recorded ON entry USING brin (recorded_at) WITH (pages_per_range = 32);

-- Who owes points, and who is frozen: few, and no concern of the many that are not.
CREATE INDEX lot_owed ON lot (cell, wallet) WHERE owed > 0;
CREATE INDEX wallet_frozen ON wallet (program, frozen_until) WHERE frozen_until IS NOT NULL;
CREATE INDEX member_of_a_program ON member (program, number);

-- A proof of the books that somebody asked for; finished_at: null, until it is done. report: as JSON.
CREATE TABLE verification (
    program uuid NOT NULL,
    id uuid NOT NULL,
    asked_by text NOT NULL,
    asked_at timestamptz NOT NULL,
    finished_at timestamptz,
    findings bigint,
    report text,
    CONSTRAINT verification_key PRIMARY KEY (program, id),
    CONSTRAINT a_finished_proof_has_its_report
        CHECK ((finished_at IS NULL) = (report IS NULL) AND (finished_at IS NULL) = (findings IS NULL))
);
ALTER TABLE verification ADD CONSTRAINT a_proof_is_of_a_program FOREIGN KEY (program) REFERENCES program (id);
CREATE UNIQUE INDEX a_proof_waits_once ON verification (program) WHERE finished_at IS NULL;
CREATE INDEX verification_finished ON verification (program, finished_at);

-- Corrections that one person proposes and another decides. booking: decided, and not yet known to be in the books;
-- approving it again books it under the same key. no: the entry that it became.
CREATE TABLE adjustment_proposal (
    program uuid NOT NULL,
    id uuid NOT NULL,
    wallet uuid NOT NULL,
    number text NOT NULL,
    unit text NOT NULL,
    points bigint NOT NULL,
    reason text NOT NULL,
    evidence text NOT NULL,
    author text NOT NULL,
    proposed_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'waiting',
    decided_by text,
    decided_at timestamptz,
    decision text NOT NULL DEFAULT '',
    no integer,
    CONSTRAINT adjustment_proposal_key PRIMARY KEY (program, id),
    CONSTRAINT a_correction_moves_something CHECK (points <> 0),
    CONSTRAINT a_correction_says_why_and_shows_it CHECK (reason <> '' AND evidence <> ''),
    CONSTRAINT a_correction_waits_or_is_decided CHECK (state IN ('waiting', 'booking', 'approved', 'declined')),
    CONSTRAINT a_decided_correction_says_by_whom_and_when
        CHECK ((state = 'waiting') = (decided_by IS NULL) AND (state = 'waiting') = (decided_at IS NULL)),
    CONSTRAINT nobody_approves_their_own_correction
        CHECK (state NOT IN ('booking', 'approved') OR decided_by <> author),
    CONSTRAINT a_declined_correction_says_why CHECK (state <> 'declined' OR decision <> ''),
    CONSTRAINT an_approved_correction_names_its_entry CHECK ((state = 'approved') = (no IS NOT NULL))
);
ALTER TABLE adjustment_proposal ADD CONSTRAINT a_proposed_correction_belongs_to_a_program
    FOREIGN KEY (program) REFERENCES program (id);
CREATE INDEX adjustment_proposal_newest ON adjustment_proposal (program, proposed_at);

-- Corrections of more points than this are for an approver; of fewer, for any second person.
ALTER TABLE program ADD COLUMN approver_above bigint NOT NULL DEFAULT 1000;
ALTER TABLE program ADD CONSTRAINT a_second_person_may_always_be_an_approver CHECK (approver_above >= 0);
