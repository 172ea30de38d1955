-- The providers whose answer about a title is not known, because they were not available: the title waits for them until `not_before`.
ALTER TABLE title_enrichment ADD COLUMN waits_for VARCHAR[] DEFAULT [];
-- Until now, a fault of a provider used up the attempts of a title. Only an answer does: these titles can be looked up again.
UPDATE title_enrichment SET attempts = 0, not_before = coalesce(not_before, attempted_at)
WHERE attempts > 0 AND NOT starts_with(problem, 'No provider has a ');
