-- A title for which a person selected a picture keeps its row, as one with a value by hand does.
CREATE OR REPLACE VIEW touched_titles AS
SELECT entity_type, entity_id FROM title_values WHERE origin = 'hand' OR locked
UNION SELECT entity_type, entity_id FROM title_searches WHERE state = 'accepted' AND decided_by = 'hand'
UNION SELECT entity_type, entity_id FROM title_assignments
UNION SELECT entity_type, entity_id FROM asset_candidates WHERE is_selected AND actor_kind IS NOT NULL;
