-- Facts that move no points: a bill opened or voided, a step of an order, a change of a household.

ALTER TYPE entry_kind ADD VALUE 'bill';
ALTER TYPE entry_kind ADD VALUE 'order';
ALTER TYPE entry_kind ADD VALUE 'household';
